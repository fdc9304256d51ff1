import { ProblemsError } from "@helix/config";
import type { Connection, Log } from "@helix/hal";
import {
  accountActor,
  type DoorAnswer,
  LedgerOpenError,
  LedgerUnavailableError,
  readLine,
} from "@helix/ledger";
import { type Disk, type LocalListener, listenLocal } from "@helix/platform";
import * as v from "valibot";
import { DriverLoadError } from "../driver-host.ts";
import { describeDriver } from "../drivers/describe-driver.ts";
import { DriverImportError } from "../drivers/driver-import.ts";
import type { Supervisor } from "../supervisor.ts";
import { type ControlRequest, REQUEST } from "./messages.ts";
import type { NameDesk } from "./name-desk.ts";

export interface ControlDoor {
  readonly path: string;
  readonly supervisor: Supervisor;
  readonly names: NameDesk;
  readonly disk: Disk;
  readonly log: Log;
}

/** Opens the door of a running HELIX; closing it breaks off who is still talking. @throws Error where the socket cannot be made */
export async function openControl(door: ControlDoor): Promise<LocalListener> {
  const open = new Set<Connection>();
  const listener = await listenLocal(door.path, (connection) => {
    open.add(connection);
    void connection.closed.then(() => open.delete(connection));
    serve(connection, door).catch((error: Error) => {
      // Who asked has gone; what was asked has been done or refused, and is on record.
      door.log.warn(`control: ${error.message}`);
      connection.reset();
    });
  });
  return {
    async close() {
      await listener.close();
      for (const connection of open) connection.reset();
    },
  };
}

async function serve(connection: Connection, door: ControlDoor): Promise<void> {
  const answer = await answerTo(await readLine(connection.incoming), door);
  const text = JSON.stringify(answer, (_key, value: unknown) =>
    typeof value === "bigint" ? value.toString() : value,
  );
  await connection.write(Buffer.from(`${text}\n`));
  await connection.end();
}

async function answerTo(line: string, door: ControlDoor): Promise<DoorAnswer> {
  try {
    return { ok: true, result: await carryOut(v.parse(REQUEST, JSON.parse(line)), door) };
  } catch (error) {
    return { ok: false, message: messageOf(error), advice: adviceOf(error) };
  }
}

async function carryOut(
  request: ControlRequest,
  { supervisor, names, disk }: ControlDoor,
): Promise<Readonly<Record<string, unknown>>> {
  if (request.do === "drivers") {
    const running = supervisor.instruments.map(({ key, driverName, driver }) => ({
      instrument: key,
      driverName,
      ...driver,
    }));
    return { running };
  }
  // The door opens on this machine only.
  const actor = accountActor("operator", request.account);
  if (request.do === "name" || request.do === "erase-name") {
    return { sequence: await names.carryOut(request, actor) };
  }
  if (request.do === "register") {
    const driver = await describeDriver(disk, request.library);
    return { ...(await supervisor.register(driver, actor, request.reason)) };
  }
  return { ...(await supervisor.reload(request.instrument, actor, request.reason)) };
}

/** A defect of ours keeps its stack in the message: nobody else will see it. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const isTold =
    error instanceof ProblemsError ||
    error instanceof DriverLoadError ||
    error instanceof DriverImportError ||
    error instanceof LedgerUnavailableError ||
    error instanceof LedgerOpenError ||
    error instanceof RangeError ||
    error instanceof v.ValiError;
  return isTold ? error.message : (error.stack ?? error.message);
}

function adviceOf(error: unknown): string | undefined {
  if (error instanceof ProblemsError) {
    const expected = error.problems[0]?.expected;
    return expected && `expected ${expected}`;
  }
  if (error instanceof DriverLoadError) return error.advice;
  return error instanceof DriverImportError ? `expected ${error.expected}` : undefined;
}
