/** Ways to drive a supervisor, or one session, to the events that it must record. */
import type { FrameChannel } from "@helix/bus";
import { readHelixConfig } from "@helix/config";
import {
  type FrameSender,
  type InstrumentCommand,
  InstrumentError,
  type InstrumentErrorDetail,
} from "@helix/hal";
import { frame } from "@helix/hal/testing";
import type { LedgerEvent, LedgerRecord } from "@helix/ledger";
import { createSystemPlatform, silentLog } from "@helix/platform";
import { ManualClock } from "@helix/platform/testing";
import { expect } from "vitest";
import { calibrate } from "./calibrate.ts";
import { ClockWatch } from "./clock-watch.ts";
import type { LoadedDriver } from "./driver-host.ts";
import { recordOf } from "./former-records.test-support.ts";
import { RecordingLedger, ScriptedDriver, scriptedSession } from "./scripted-driver.test-support.ts";
import { createSupervisor, type Supervisor } from "./supervisor.ts";

export const PERSON = { id: "j.doe", role: "operator" } as const;
export const ID = "maker:model:1";
const setFeed: InstrumentCommand = {
  type: "SetSetpoint",
  channelId: 1,
  value: 0.024,
  unit: "L/h",
  rationale: "daily bolus",
};
export const ERRORS: Readonly<Record<string, InstrumentErrorDetail>> = {
  lost: {
    kind: "ConnectionLost",
    instrumentId: ID,
    reason: "reset",
    lastFrameSequence: 2n,
    wasGraceful: false,
  },
  violation: {
    kind: "ProtocolViolation",
    instrumentId: ID,
    endpoint: "e",
    description: "bad length",
    receivedBytes: Uint8Array.of(1, 2),
    expectedDescription: "8 bytes",
  },
  drift: {
    kind: "CalibrationDrift",
    instrumentId: ID,
    channelId: 0,
    currentValue: 9.1,
    expectedRangeMin: 6,
    expectedRangeMax: 8,
    sigmaDeviation: 5,
    unit: "[pH]",
    lastCalibrationTimestampNs: 7n,
  },
  calibrationFailed: {
    kind: "CalibrationFailed",
    instrumentId: ID,
    channelId: 0,
    reason: "slope 0.5",
    calibrationRecord: undefined,
  },
  rejected: {
    kind: "CommandRejected",
    instrumentId: ID,
    commandDescription: "feed",
    rejectionReason: "interlock",
    vendorRejectionCode: 7,
  },
};
export const raise = (name: keyof typeof ERRORS) => () =>
  Promise.reject(new InstrumentError(ERRORS[name] as InstrumentErrorDetail));

type Scripted = Awaited<ReturnType<typeof scriptedSession>>;

/** What a session records from its start on while `work` directs it. */
export async function session(work: (scripted: Scripted) => void, toml = ""): Promise<LedgerEvent[]> {
  const scripted = await scriptedSession(toml);
  work(scripted);
  const running = scripted.run();
  await scripted.clock.advance(30_000);
  scripted.stop();
  await scripted.clock.advance(0);
  await running;
  return scripted.ledger.events;
}

/** The first stream ends with that error, later ones go on. */
export const streamEndsWith = (name: keyof typeof ERRORS) =>
  session(({ driver }) => {
    const stay = driver.onStream;
    let streams = 0;
    driver.onStream = (signal) => (++streams > 1 ? stay(signal) : raise(name)());
  });

/** The driver sends frames with these sequences. */
export const sends =
  (sequences: readonly bigint[], first: (sender: FrameSender) => void = () => {}) =>
  ({ driver }: Scripted): void => {
    driver.streamTelemetry = async (sender, _config, signal) => {
      first(sender);
      for (const sequence of sequences) {
        const made = frame({ channelId: 0, sequence });
        // In one go: what is awaited lets the pipeline empty the channel.
        if (sender.trySend(made) === "full" && sender.forceDropOldest()) sender.trySend(made);
      }
      return driver.onStream(signal);
    };
  };

/** One bit of every frame turns over between driver and pipeline. */
export function damageOnTheWay(sender: FrameSender): void {
  const channel = sender as FrameChannel;
  const drain = channel.drain.bind(channel);
  channel.drain = (take) =>
    drain((bytes, at) => {
      bytes[at + 32] = (bytes[at + 32] ?? 0) ^ 1;
      take(bytes, at);
    });
}

/** A command once the session serves. */
export async function commanded(
  direct: (scripted: Scripted) => void,
  command = setFeed,
): Promise<LedgerEvent[]> {
  const scripted = await scriptedSession();
  direct(scripted);
  const running = scripted.run();
  await scripted.clock.advance(100);
  const report = scripted.session.desk.dispatch(command, PERSON);
  await scripted.clock.advance(20_000);
  await report;
  scripted.stop();
  await scripted.clock.advance(0);
  await running;
  return scripted.ledger.events;
}

const loaded = (manifest: never, version: number): LoadedDriver => ({
  manifest,
  instrument: new ScriptedDriver(),
  library: "/plant/x",
  moduleHash: version === 1 ? "ab" : "cd",
  destroy: async () => {},
});

/** @param former the records of runs before this one */
/** @param others records that come while it runs */
export async function supervised(
  former: readonly LedgerEvent[] = [],
  others = 0,
  act: (supervisor: Supervisor) => Promise<unknown> = async () => {},
): Promise<LedgerEvent[]> {
  const ledger = new RecordingLedger();
  const manifest = { driverName: "scripted", driverVersion: "1.0.0" } as never;
  let loads = 0;
  const supervisor = await createSupervisor({
    platform: { ...createSystemPlatform(1), clock: new ManualClock() },
    ledger,
    host: {
      load: async () => {
        if (++loads > 2) throw new Error("the code of the driver is not the registered one");
        return loaded(manifest, loads);
      },
    },
    config: await readHelixConfig(
      '[instruments.x]\ndriver_library = "./x"\nauto_connect = false\n',
      "/plant/helix.toml",
    ),
    origin: "physical",
    configurationHash: "c0",
    startedBy: { id: "account:helix", role: "service" },
    helixVersion: "1",
    nodeVersion: "24",
    log: silentLog,
    secret: () => undefined,
    onEvent: () => {},
    formerRecords: recordsOf(former),
  });
  for (let i = 0; i < others; i++)
    ledger.enqueue({ type: "CLOCK_QUALITY", quality: "stepped", previous: "stepped" });
  await act(supervisor);
  await supervisor.stop("SIGINT");
  return ledger.events;
}

/** A start that demands registration, with a driver that nobody has registered. */
export async function refused(): Promise<LedgerEvent[]> {
  const ledger = new RecordingLedger();
  const toml = '[drivers]\nrequire_registered = true\n[instruments.x]\ndriver_library = "./x"\n';
  const start = createSupervisor({
    platform: { ...createSystemPlatform(1), clock: new ManualClock() },
    ledger,
    host: {
      async load(_config, _source, _context, admit) {
        throw new Error(admit({ library: "/plant/x", module: "/plant/x", hash: "ef", folders: [] }));
      },
    },
    config: await readHelixConfig(toml, "/plant/helix.toml"),
    origin: "physical",
    configurationHash: "c0",
    helixVersion: "1",
    nodeVersion: "24",
    log: silentLog,
    secret: () => undefined,
    onEvent: () => {},
    formerRecords: recordsOf([]),
  });
  await expect(start).rejects.toThrow("is not registered");
  return ledger.events;
}

async function* recordsOf(events: readonly LedgerEvent[]): AsyncGenerator<LedgerRecord> {
  for (const [i, event] of events.entries()) yield recordOf(event, BigInt(i), "former");
}

export const REGISTERED = {
  library: "/plant/x",
  driverName: "scripted",
  driverVersion: "1.0.0",
  abiVersion: 4,
  moduleHash: "cd",
} as const;

export const STARTED: LedgerEvent = {
  type: "RUNTIME_STARTED",
  helixVersion: "1",
  node: "24",
  configurationHash: "c0",
  origin: "physical",
};

export const DIFFERS: LedgerEvent = {
  type: "SETPOINT_DIFFERS",
  instrument: "x",
  channel: "feed_rate",
  channelId: 1,
  known: 0.024,
  read: 0.01,
};

/** A session that knows from former runs what is given. */
export async function inheriting(given: Parameters<typeof scriptedSession>[1]): Promise<LedgerEvent[]> {
  const scripted = await scriptedSession("", given);
  const running = scripted.run();
  await scripted.clock.advance(100);
  scripted.stop();
  await scripted.clock.advance(0);
  await running;
  return scripted.ledger.events;
}

export async function stepped(): Promise<LedgerEvent[]> {
  const ledger = new RecordingLedger();
  const platform = createSystemPlatform();
  let wall = 0n;
  const clock = { ...platform.clock, monotonicNs: () => 0n, wallUtcNs: () => wall };
  const watch = new ClockWatch({ clock, timekeeping: platform.timekeeping }, ledger, () => {});
  wall += 300_000_000_000n;
  watch.check();
  return ledger.events;
}

export async function calibrated(fails: boolean): Promise<LedgerEvent[]> {
  const { session: one, ledger, driver } = await scriptedSession();
  Object.assign(driver, {
    capabilities: { ...driver.capabilities, supportsCalibration: true },
    performCalibration: fails ? raise("calibrationFailed") : async () => ({ outcome: "Pass" }),
    calibrationStatus: async () => ({}),
  });
  const { signal } = new AbortController();
  const request = {
    session: one,
    ledger,
    calibrationId: "c1",
    channelId: 0,
    points: [],
    actor: PERSON,
    reason: "weekly",
    signal,
  };
  await calibrate(request).catch(() => {});
  return ledger.events;
}
