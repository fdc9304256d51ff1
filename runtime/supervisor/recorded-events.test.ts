/**
 * Every event that HELIX-HAL-0001 and the runtime have, and what writes it: the supervisor, driven to
 * it here with a driver that a test directs. The lists at the end must stay complete.
 */
import type { LedgerEvent, LedgerEventType } from "@helix/ledger";
import { describe, expect, test } from "vitest";
import {
  calibrated,
  commanded,
  DIFFERS,
  damageOnTheWay,
  ERRORS,
  ID,
  inheriting,
  PERSON,
  REGISTERED,
  raise,
  refused,
  STARTED,
  sends,
  session,
  stepped,
  streamEndsWith,
  supervised,
} from "./recorded-events.test-support.ts";
import { STATE_EVERY_RECORDS } from "./state-keeper.ts";

/** Type, where the specification asks for it, what leads to it, and what it must say. */
const WRITTEN: readonly [LedgerEventType, string, () => Promise<LedgerEvent[]>, object][] = [
  [
    "RUNTIME_STARTED",
    "start",
    () => supervised([STARTED, DIFFERS]),
    {
      configurationHash: "c0",
      origin: "physical",
      actor: { id: "account:helix" },
      carried: {
        openCommands: [],
        interruptions: [],
        setpoints: [{ instrument: "x", channelId: 1, value: 0.01 }],
      },
    },
  ],
  [
    "RUNTIME_STATE",
    "a long run",
    () => supervised([], STATE_EVERY_RECORDS),
    { carried: { openCommands: [], interruptions: [], setpoints: [], connections: [] } },
  ],
  ["RUNTIME_STOPPED", "stop", () => supervised(), { reason: "SIGINT" }],
  [
    "DRIVER_LOADED",
    "6.2",
    () => supervised(),
    {
      instrument: "x",
      driverName: "scripted",
      driverVersion: "1.0.0",
      moduleHash: "ab",
      registration: undefined,
    },
  ],
  ["RUNTIME_DIED", "start", () => supervised([STARTED]), { lastSequence: 0n }],
  [
    "TELEMETRY_INTERRUPTED",
    "start",
    () => inheriting({ interruptedSinceUtcNs: 5n }),
    { instrument: "x", sinceUtcNs: 5n, firstTakenTaiNs: expect.any(BigInt) },
  ],
  [
    "SETPOINT_DIFFERS",
    "2.3",
    () => inheriting({ knownSetpoints: new Map([[1, 0.05]]) }),
    { instrument: "x", channel: "feed_rate", known: 0.05, read: 0 },
  ],
  ["CLOCK_STEPPED", "clock", stepped, { stepNs: 300_000_000_000n }],
  ["CLOCK_QUALITY", "clock", stepped, { quality: "stepped", previous: "not-stated" }],
  [
    "CONNECTED",
    "2.1",
    () => session(() => {}),
    { instrument: "x", instrumentId: ID, firmwareVersion: "1.2.3" },
  ],
  [
    "CONNECTION_LOST",
    "3.1",
    () => streamEndsWith("lost"),
    { lastFrameSequence: 2n, connectionLostTimestampNs: expect.any(BigInt), wasGraceful: false },
  ],
  [
    "PROTOCOL_VIOLATION",
    "3.1",
    () => streamEndsWith("violation"),
    { detail: ERRORS["violation"], recovery: "ReconnectAndLogForensics" },
  ],
  [
    "CALIBRATION_DRIFT_DETECTED",
    "3.1",
    () => streamEndsWith("drift"),
    { detail: ERRORS["drift"], recovery: "DegradeChannelAndAlert" },
  ],
  [
    "INSTRUMENT_ERROR",
    "3.3",
    () => streamEndsWith("calibrationFailed"),
    { detail: ERRORS["calibrationFailed"] },
  ],
  [
    "INSTRUMENT_ISOLATED",
    "3.2",
    () =>
      session(({ driver }) => {
        driver.onConnect = raise("lost");
      }, "reconnect_retries = 1"),
    { reason: expect.any(String) },
  ],
  [
    "TELEMETRY_GAP",
    "4",
    () => session(sends([1n, 5n])),
    { channel: "ph", lastSequence: 1n, nextSequence: 5n, missing: 3n },
  ],
  [
    "TELEMETRY_CRC_FAILURE",
    "5",
    () => session(sends([1n], damageOnTheWay)),
    { frame: expect.any(Uint8Array) },
  ],
  [
    "TELEMETRY_DROP_BACKPRESSURE",
    "4.3",
    () => session(sends([1n, 2n, 3n]), "channel_capacity_override = 2"),
    { droppedSequence: expect.any(BigInt), channelCapacity: 2 },
  ],
  [
    "COMMAND_INTENT",
    "2.3",
    () => commanded(() => {}),
    {
      actor: PERSON,
      reason: "daily bolus",
      change: { of: "feed_rate", old: { value: 0, unit: "L/h" }, new: { value: 0.024, unit: "L/h" } },
    },
  ],
  [
    "COMMAND_OUTCOME",
    "2.3",
    () => commanded(() => {}),
    { outcome: "acknowledged", acknowledgedValue: 0.024, unit: "L/h" },
  ],
  [
    "COMMAND_REJECTED",
    "3.1",
    () =>
      commanded(({ driver }) => {
        driver.onDispatch = raise("rejected");
      }),
    { reason: expect.stringContaining("interlock") },
  ],
  [
    "COMMAND_RESOLVED",
    "2.3",
    () =>
      commanded(({ driver }) => {
        driver.onDispatch = () => new Promise(() => {});
      }),
    { executed: false, readBack: 0, unit: "L/h" },
  ],
  [
    "DRIVER_REGISTERED",
    "6.3",
    () => supervised([], 0, (supervisor) => supervisor.register(REGISTERED, PERSON, "certified")),
    { ...REGISTERED, actor: PERSON, reason: "certified" },
  ],
  [
    "DRIVER_REFUSED",
    "6.2",
    refused,
    {
      instrument: "x",
      library: "/plant/x",
      moduleHash: "ef",
      reason: expect.stringContaining("not registered"),
    },
  ],
  [
    "DRIVER_RELOADED",
    "6.4",
    () =>
      supervised([], 0, async (supervisor) => {
        await supervisor.register(REGISTERED, PERSON, "certified");
        await supervisor.reload("x", PERSON, "bug fix");
      }),
    {
      instrument: "x",
      oldDriverVersion: "1.0.0",
      oldModuleHash: "ab",
      newModuleHash: "cd",
      registration: 2n,
      actor: PERSON,
      reason: "bug fix",
    },
  ],
  [
    "DRIVER_RELOAD_REFUSED",
    "6.4",
    () =>
      supervised([], 0, async (supervisor) => {
        await supervisor.reload("x", PERSON, "bug fix");
        await expect(supervisor.reload("x", PERSON, "again")).rejects.toThrow("not the registered one");
      }),
    { instrument: "x", moduleHash: "cd", actor: PERSON, reason: "again", failure: expect.any(String) },
  ],
  [
    "RUN_COMPLETED",
    "2.2",
    () => session(({ driver }) => void (driver.onStream = async () => "RunComplete")),
    { instrument: expect.any(String) },
  ],
  [
    "CALIBRATION_INTENT",
    "2.4",
    () => calibrated(false),
    { calibrationId: "c1", channelId: 0, actor: PERSON, reason: "weekly" },
  ],
  [
    "CALIBRATION",
    "2.4",
    () => calibrated(false),
    { calibrationId: "c1", outcome: "performed", actor: PERSON, reason: "weekly", failure: undefined },
  ],
  [
    "CALIBRATION",
    "cut off by a death",
    async () => supervised([STARTED, ...(await calibrated(false)).slice(0, 1)]),
    { calibrationId: "c1", outcome: "unknown", actor: PERSON, reason: "weekly", failure: expect.any(String) },
  ],
  [
    "DEVIATION",
    "calibration cut off by a death",
    async () => supervised([STARTED, ...(await calibrated(false)).slice(0, 1)]),
    { mandatory: true, description: expect.stringContaining("calibrate it again") },
  ],
  [
    "DEVIATION",
    "3.1",
    () => calibrated(true),
    { mandatory: true, description: expect.stringContaining("slope 0.5") },
  ],
];

/** Written by the ledger itself and by its commands; tested there. */
const BY_THE_LEDGER: readonly LedgerEventType[] = [
  "ELECTRONIC_SIGNATURE",
  "EMERGENCY_MERGED",
  "EMERGENCY_RECORD",
  "KEY_COMPROMISED",
  "KEY_ROTATED",
  "LEDGER_UNAVAILABLE",
  "MARKS_MOVED",
  "PERSON_NAMED",
  "PERSON_NAME_ERASED",
  "RECOVERY",
  "TIME_STAMPED",
  "TIME_STAMP_FAILED",
];

describe("an event of HELIX-HAL-0001 or of the runtime is a record", () => {
  test.each(WRITTEN)("%s (%s)", async (type, _where, happens, says) => {
    const events = await happens();
    expect(events.find((event) => event.type === type)).toMatchObject(says);
  });

  test("no type is missing from these lists", () => {
    // A type that is added to LedgerEvent and not here does not compile.
    const all: Readonly<Record<LedgerEventType, true>> = {
      RUNTIME_STARTED: true,
      RUNTIME_STATE: true,
      RUNTIME_STOPPED: true,
      RUNTIME_DIED: true,
      TELEMETRY_INTERRUPTED: true,
      SETPOINT_DIFFERS: true,
      CLOCK_STEPPED: true,
      CLOCK_QUALITY: true,
      DRIVER_REGISTERED: true,
      DRIVER_LOADED: true,
      DRIVER_REFUSED: true,
      DRIVER_RELOADED: true,
      DRIVER_RELOAD_REFUSED: true,
      CONNECTED: true,
      CONNECTION_LOST: true,
      INSTRUMENT_ISOLATED: true,
      PROTOCOL_VIOLATION: true,
      CALIBRATION_DRIFT_DETECTED: true,
      INSTRUMENT_ERROR: true,
      TELEMETRY_GAP: true,
      TELEMETRY_CRC_FAILURE: true,
      TELEMETRY_DROP_BACKPRESSURE: true,
      COMMAND_INTENT: true,
      COMMAND_OUTCOME: true,
      COMMAND_REJECTED: true,
      COMMAND_RESOLVED: true,
      CALIBRATION: true,
      CALIBRATION_INTENT: true,
      DEVIATION: true,
      ELECTRONIC_SIGNATURE: true,
      KEY_ROTATED: true,
      KEY_COMPROMISED: true,
      MARKS_MOVED: true,
      PERSON_NAMED: true,
      PERSON_NAME_ERASED: true,
      LEDGER_UNAVAILABLE: true,
      EMERGENCY_RECORD: true,
      EMERGENCY_MERGED: true,
      RECOVERY: true,
      RUN_COMPLETED: true,
      TIME_STAMPED: true,
      TIME_STAMP_FAILED: true,
    };
    const listed = new Set([...WRITTEN.map(([type]) => type), ...BY_THE_LEDGER]);
    expect([...listed].sort()).toEqual(Object.keys(all).sort());
  });
});
