/**
 * Stands between a driver and its instrument on a serial line, transparent but for the time that the
 * baud rate takes, until a fault is put on it.
 */
import type { Clock, Random, Serial, SerialConnection, SerialLine } from "@helix/hal";
import type { LinkAccess, LinkShape } from "./access/access.ts";
import { ending } from "./access/ending.ts";
import { ShapeCount } from "./access/shape-count.ts";
import { UNTOUCHED } from "./link-flow.ts";
import { SerialFlow } from "./serial-flow.ts";

export interface SerialFaultLine extends LinkAccess {
  /** Bytes of both directions whose time on the way is over, lost ones included. */
  readonly passed: number;
  close(): Promise<void>;
}

export interface SerialLineParts {
  readonly serial: Serial;
  readonly clock: Clock;
  readonly random: Random;
}

export type FaultLineSettings = Omit<SerialLine, "path"> & {
  /** No simulator: no bit is turned on the way to it. */
  readonly isReal?: boolean;
};

/**
 * @param ends paths of the ports towards the instrument and towards the driver
 * @throws Error with the system's code when a port cannot be opened
 */
export async function startSerialFaultLine(
  { serial, clock, random }: SerialLineParts,
  ends: { readonly instrument: string; readonly driver: string },
  { isReal = false, ...line }: FaultLineSettings,
): Promise<SerialFaultLine> {
  const instrument = await serial.open({ ...line, path: ends.instrument });
  const driver = await serial.open({ ...line, path: ends.driver }).catch(async (error: unknown) => {
    await instrument.close();
    throw error;
  });
  const natural: LinkShape = { ...UNTOUCHED, bandwidth: bytesPerSecond(line) };
  const flow = (label: string, to: SerialConnection) =>
    new SerialFlow(clock, random.fork(label), natural, (bytes) => to.write(bytes));
  const toInstrument = flow("to-instrument", instrument);
  const toDriver = flow("to-driver", driver);
  void carry(driver, toInstrument);
  void carry(instrument, toDriver);
  return {
    ...access(toInstrument, toDriver, natural, isReal),
    get passed() {
      return toInstrument.passed + toDriver.passed;
    },
    close: () => closeBoth(instrument, driver),
  };
}

function access(
  toInstrument: SerialFlow,
  toDriver: SerialFlow,
  natural: LinkShape,
  isReal: boolean,
): LinkAccess {
  const both = [toInstrument, toDriver];
  /** Shapes in force, the last one on top. */
  const shapes: Partial<LinkShape>[] = [];
  const apply = () => {
    const shape = Object.assign({ ...natural }, ...shapes) as LinkShape;
    toDriver.shape = shape;
    toInstrument.shape = isReal ? { ...shape, corruption: 0 } : shape;
  };
  return {
    partition() {
      const lost = { toInstrument: 0, toDriver: 0 };
      toInstrument.cut = (bytes) => void (lost.toInstrument += bytes);
      toDriver.cut = (bytes) => void (lost.toDriver += bytes);
      return ending(() => {
        for (const flow of both) flow.cut = undefined;
        return {
          fate: "lost" as const,
          bytesHeldToInstrument: lost.toInstrument,
          bytesHeldToDriver: lost.toDriver,
          connectionsCut: 2,
          connectionAttempts: 0,
        };
      });
    },

    shape(change) {
      const count = new ShapeCount(toDriver.shape, "byte");
      for (const flow of both) flow.counts.add(count);
      shapes.push(change);
      apply();
      return ending(() => {
        shapes.splice(shapes.indexOf(change), 1);
        apply();
        for (const flow of both) flow.counts.delete(count);
        return count.figures;
      });
    },

    truncateNext() {
      let cut: { length: number; kept: number } | undefined;
      const note = (length: number, kept: number) => {
        cut = { length, kept };
      };
      toDriver.cutNext = note;
      return ending(() => {
        if (toDriver.cutNext === note) toDriver.cutNext = undefined;
        return { cut };
      });
    },

    reset: noConnections,
    halfOpen: noConnections,
  };
}

async function carry(from: SerialConnection, flow: SerialFlow): Promise<void> {
  try {
    for await (const chunk of from.incoming) flow.take(chunk);
  } catch {
    // The port has gone: whoever is at the other end hears nothing more, as on any dead line.
  }
}

async function closeBoth(a: SerialConnection, b: SerialConnection): Promise<void> {
  await a.close();
  await b.close();
}

function noConnections(): never {
  throw new Error("a serial line has no connections that could break");
}

/** Start, data, parity and stop bits each take their time. */
function bytesPerSecond({ baudRate, dataBits, parity, stopBits }: Omit<SerialLine, "path">): number {
  return baudRate / (1 + dataBits + (parity === "none" ? 0 : 1) + stopBits);
}
