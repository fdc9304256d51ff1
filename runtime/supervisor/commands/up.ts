import { createHash } from "node:crypto";
import { type CliContext, CliError, type CommandOutcome, defineCommand, EXIT } from "@helix/cli";
import type { HelixConfig } from "@helix/config";
import type { Log } from "@helix/hal";
import {
  accountActor,
  doorPath,
  type Ledger,
  type LedgerCheckpoint,
  LedgerUnavailableError,
  PASSPHRASE_VARIABLE,
  TimeStamping,
  timeStampedLedger,
} from "@helix/ledger";
import { jsonLog, silentLog } from "@helix/platform";
import { formerRecords } from "../carried-state.ts";
import { NameDesk } from "../control/name-desk.ts";
import { openControl } from "../control/server.ts";
import { createInProcessHost } from "../in-process-host.ts";
import { createSupervisor, type Supervisor, type SupervisorOptions } from "../supervisor.ts";
import { configurationAt, openConfiguredLedger, orCliError } from "./configuration.ts";
import { eventLine } from "./event-line.ts";
import { OperatorScreen } from "./operator-screen.ts";

export const command = defineCommand({
  name: "up",
  summary: "run the instruments of helix.toml until Ctrl-C",
  topic: "production",
  details:
    "Connects every instrument with auto_connect, streams, checks health, reconnects with backoff and keeps the audit " +
    "ledger. Ctrl-C stops streams, closes sessions and closes the ledger. The ledger's key is sealed with the passphrase " +
    `in ${PASSPHRASE_VARIABLE} when that is set. Once a driver is registered (helix driver register), no other code is ` +
    `loaded. [ledger] emergency_folder names a folder on another device that takes ` +
    "alarms and stops while the ledger's own disk is full or failing; where that fails too they are written to standard " +
    "error, and commands stay refused but for those that stop something. mark_folder names a folder on another device where a new " +
    "ledger keeps its high-water marks, which tell when an older copy of it is put back. sector_bytes = 512 " +
    "pads a new ledger's writes to 512 bytes instead of 4096, for a device that writes such sectors; root_key, the line that helix " +
    "ledger make-root-key printed, gives it an offline key without which its own is never replaced. time_stamp_url names an RFC 3161 authority that " +
    "time-stamps the ledger every day and at the end of a batch.",
  arguments: { config: { summary: "path of helix.toml (default: ./helix.toml)", count: "optional" } },
  examples: [{ line: "helix up /etc/helix/helix.toml", explains: "run a plant's instruments" }],

  async run(input, context): Promise<CommandOutcome> {
    const given = input.arguments.config ?? "helix.toml";
    const config = await configurationAt(given, context, "helix up <path of helix.toml>");
    const ledger = await openConfiguredLedger(config.ledger, context);
    try {
      const summary = await runUntilStopped(config, ledger, context);
      const { folder } = config.ledger;
      const checkpoint = await lastCheckpoint(ledger);
      await ledger.close();
      context.out.write(`ledger ${folder} closed, ${checkpoint.records} records\n`);
      return { exitCode: EXIT.pass, result: { ...summary, ledger: ledgerResult(folder, checkpoint) } };
    } finally {
      await ledger.close();
    }
  },
});

/** Also finds what failed only now, with the record of the stop. */
async function lastCheckpoint(ledger: Ledger): Promise<LedgerCheckpoint> {
  try {
    return await ledger.checkpoint();
  } catch (error) {
    if (!(error instanceof LedgerUnavailableError)) throw error;
    const advice = "All that was acknowledged before is safe.";
    throw new CliError(error.message, { advice, exitCode: EXIT.fail, cause: error });
  }
}

async function runUntilStopped(
  config: HelixConfig,
  ledger: Ledger,
  context: CliContext,
): Promise<Record<string, unknown>> {
  const screen = new OperatorScreen(context);
  const stamping = timeStamping(config, ledger, context, (line) => screen.print(line));
  // A ledger that cannot be read, or cannot take even the record of the start, keeps all from starting.
  const start = {
    platform: context.platform,
    ledger: stamping === undefined ? ledger : timeStampedLedger(ledger, stamping),
    formerRecords: formerRecords({ folder: config.ledger.folder, disk: context.platform.disk }),
    host: createInProcessHost(context.platform.disk),
    config,
    origin: "physical",
    configurationHash: createHash("sha256").update(config.source.text).digest("hex"),
    startedBy: accountActor("service"),
    helixVersion: context.version,
    nodeVersion: process.version,
    log: context.env["HELIX_DEBUG"] === "1" ? jsonLog((line) => context.err.write(`${line}\n`)) : silentLog,
    secret: (name) => context.env[name],
    onEvent: (event) => {
      const line = eventLine(event);
      if (line !== undefined) screen.print(line);
    },
  } satisfies SupervisorOptions;
  const supervisor = await orCliError(() => createSupervisor(start));
  const door = await openDoor(config, supervisor, ledger, start.log, context);
  const stopStamping = new AbortController();
  const stamped = stamping?.run(stopStamping.signal);
  try {
    context.out.write(`${config.instruments.length} instrument(s) of ${config.source.file}; Ctrl-C stops\n`);
    tellUnregistered(supervisor, context);
    supervisor.start();
    screen.watch(supervisor);
    await aborted(context.signal);
  } finally {
    screen.stop();
    await door?.close();
    stopStamping.abort();
    await supervisor.stop(stopReason(context.signal));
    await stamped;
    context.out.write("streams stopped, sessions closed\n");
  }
  return {
    instruments: supervisor.instruments.map((view) => ({
      key: view.key,
      status: view.status.state,
      ...screen.counts(view.key),
    })),
  };
}

/** Measuring does not depend on it. */
async function openDoor(
  config: HelixConfig,
  supervisor: Supervisor,
  ledger: Ledger,
  log: Log,
  { platform, err }: CliContext,
) {
  try {
    return await openControl({
      path: doorPath(config.ledger.folder),
      supervisor,
      names: new NameDesk({
        folder: config.ledger.folder,
        ledger,
        disk: platform.disk,
        random: platform.random,
      }),
      disk: platform.disk,
      log,
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    err.write(
      `helix: while this runs, no driver can be registered or reloaded, and nobody named: ${reason}\n`,
    );
    return undefined;
  }
}

function tellUnregistered({ instruments }: Supervisor, { out }: CliContext): void {
  const names = instruments.filter(({ driver }) => driver.registration === undefined).map(({ key }) => key);
  if (names.length > 0)
    out.write(`nobody vouches for the driver of ${names.join(", ")}; see: helix driver register --help\n`);
}

/** Undefined where helix.toml names no authority. */
function timeStamping(
  { ledger: { folder, timeStampUrl: url } }: HelixConfig,
  ledger: Ledger,
  { platform }: CliContext,
  tell: (line: string) => void,
): TimeStamping | undefined {
  if (url === undefined) return undefined;
  const { disk, clock, random } = platform;
  return new TimeStamping({ ledger, folder, disk, clock, random: random.fork("time-stamps"), url, tell });
}

function ledgerResult(folder: string, { records, root }: LedgerCheckpoint) {
  return { folder, records, root };
}

function stopReason(signal: AbortSignal): string {
  const reason: unknown = signal.reason;
  return reason instanceof Error ? reason.message : "stopped";
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
