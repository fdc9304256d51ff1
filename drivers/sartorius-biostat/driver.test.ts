/**
 * Identity, commands and alarms, against a stand-in unit over real sockets. Against the simulator,
 * with a process behind it, the driver runs in hil.
 */

import { connection, FrameCollector, streamAll, until } from "@helix/driver-opcua-generic/testing";
import { type CommandAuditRecord, type InstrumentCommand, InstrumentError, missingMembers } from "@helix/hal";
import { StatusCodes } from "node-opcua-client";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { SartoriusBiostatDriver } from "./driver.ts";
import { UnitBench } from "./testing/unit-bench.ts";

let bench: UnitBench;
let driver: SartoriusBiostatDriver;
const signal = new AbortController().signal;

beforeAll(async () => {
  bench = await UnitBench.start();
  driver = bench.driver();
  await driver.connect(connection());
});
afterAll(async () => {
  await driver.disconnect();
  await bench.stop();
});
afterEach(() => {
  bench.unit.onCall = () => ({});
  bench.unit.onWrite = (_path, value) => value;
  bench.unit.values.set("FirmwareVersion", "3.4.1");
});

const kindOf = async (attempt: Promise<unknown>) =>
  attempt.then(
    () => "resolved",
    (error: unknown) => (error instanceof InstrumentError ? error.kind : String(error)),
  );

async function dispatch(command: InstrumentCommand): Promise<CommandAuditRecord> {
  const records: CommandAuditRecord[] = [];
  await driver
    .dispatchCommand(command, (record) => records.push(record), signal)
    .then(
      (value) => expect(records[0]?.result).toEqual({ ok: true, value }),
      () => expect(records[0]?.result.ok).toBe(false),
    );
  expect(records).toHaveLength(1);
  return records[0] as CommandAuditRecord;
}

describe("identity", () => {
  test("the id comes from the configuration, and all declared interfaces are there", () => {
    expect(bench.driver({ serial_number: "UNIT-1" }).instrumentId).toBe("sartorius:biostat-b:UNIT-1");
    expect(driver.instrumentId).toBe("sartorius:biostat-b:127.0.0.1");
    expect(missingMembers(driver)).toEqual([]);
  });

  test("another unit than the configured one is refused", async () => {
    const other = bench.driver({ serial_number: "UNIT-2" });
    await expect(other.connect(connection())).rejects.toMatchObject({
      detail: {
        kind: "InvalidConfiguration",
        field: "serial_number",
        reason: expect.stringContaining("is UNIT-1, configured is UNIT-2") as string,
      },
    });
    expect(other.status).toEqual({ state: "Disconnected" });
  });

  test("firmware below 3.2.0 is refused, but may be read from", async () => {
    bench.unit.values.set("FirmwareVersion", "3.1.9");
    const old = bench.driver();
    expect(await kindOf(old.connect(connection()))).toBe("FirmwareVersionMismatch");
    await old.connect(connection({ readOnly: true }));
    const command: InstrumentCommand = { type: "SetMode", mode: "Hold", rationale: "test" };
    expect(await kindOf(old.dispatchCommand(command, () => {}, signal))).toBe("CommandRejected");
    expect(bench.unit.values.get("Mode")).toBe("Run");
    await old.disconnect();
  });

  test("a server that is no Biostat is a protocol violation", async () => {
    const stranger = await UnitBench.start("urn:some:other:instrument");
    expect(await kindOf(stranger.driver().connect(connection()))).toBe("ProtocolViolation");
    await stranger.stop();
  });

  test("a protocol that is not built is refused at once", () => {
    expect(() => bench.driver({ protocol: "ModbusTcp" })).toThrow(/"ModbusTcp" is not built yet/);
  });
});

describe("commands", () => {
  test("loop and mode are written and confirmed", async () => {
    await dispatch({ type: "SetControlLoopEnabled", channelId: 1, enabled: false, rationale: "test" });
    expect(bench.unit.values.get("pH.LoopEnabled")).toBe(false);
    await dispatch({ type: "SetMode", mode: "Standby", rationale: "test" });
    expect(bench.unit.values.get("Mode")).toBe("Standby");
    await dispatch({ type: "SetMode", mode: "Run", rationale: "test" });
  });

  test("a unit that accepts a mode and does not take it has failed", async () => {
    bench.unit.onWrite = () => "Run";
    const { result } = await dispatch({ type: "SetMode", mode: "Hold", rationale: "test" });
    expect(result).toMatchObject({ ok: false, reason: expect.stringContaining("reads back Run") as string });
  });

  test("operations and acknowledgements are method calls", async () => {
    const parameters = new Map<string, string>();
    await dispatch({ type: "TriggerOperation", operation: "EmergencyStop", parameters, rationale: "test" });
    await dispatch({ type: "TriggerOperation", operation: "ResetAlarms", parameters, rationale: "test" });
    await dispatch({ type: "AcknowledgeAlarm", alarmId: 2, acknowledgedBy: "cn=op", comment: "seen" });
    expect(bench.unit.calls.slice(-3)).toEqual([
      { method: "EmergencyStop", inputs: [] },
      { method: "ResetAlarms", inputs: [] },
      { method: "AcknowledgeAlarm", inputs: [2, "cn=op", "seen"] },
    ]);
  });

  test("a refused call is a rejection with the unit's code", async () => {
    bench.unit.onCall = () => ({ status: StatusCodes.BadInvalidArgument });
    const command: InstrumentCommand = {
      type: "AcknowledgeAlarm",
      alarmId: 4,
      acknowledgedBy: "x",
      comment: "",
    };
    await expect(driver.dispatchCommand(command, () => {}, signal)).rejects.toMatchObject({
      detail: { kind: "CommandRejected", vendorRejectionCode: StatusCodes.BadInvalidArgument.value },
    });
  });

  test.each<InstrumentCommand>([
    { type: "SetMode", mode: "CleanInPlace", rationale: "test" },
    { type: "TriggerOperation", operation: "PurgeLines", parameters: new Map(), rationale: "test" },
    { type: "SetSetpoint", channelId: 6, value: 1, unit: "mmol/L", rationale: "test" },
  ])("what the unit cannot do is not supported: %o", async (command) => {
    expect(await kindOf(driver.dispatchCommand(command, () => {}, signal))).toBe("OperationNotSupported");
  });
});

test("active alarms are in the health report, and in every frame", async () => {
  bench.unit.values.set("AlarmWord", 0b1001);
  bench.unit.values.set("AcknowledgedWord", 0b0001);
  const { activeAlarms, firmwareVersion, instrumentUptimeSeconds } = await driver.healthCheck(signal);
  expect(firmwareVersion).toBe("3.4.1");
  expect(instrumentUptimeSeconds).toBe(60);
  expect(activeAlarms).toEqual([
    { alarmId: 0, bitmapBit: 0, severity: "high", message: "DO low", acknowledged: true },
    { alarmId: 3, bitmapBit: 3, severity: "critical", message: "stirrer stopped", acknowledged: false },
  ]);
  const frames = new FrameCollector();
  const stop = new AbortController();
  const streaming = driver.streamTelemetry(frames, streamAll, stop.signal);
  await until("a frame of each channel", () => new Set(frames.frames.map((f) => f.channelId)).size === 9);
  stop.abort();
  expect(await streaming).toBe("Requested");
  expect(frames.frames.every((frame) => frame.alarmBitmap === 0b1001n)).toBe(true);
  expect(frames.of(0)[0]?.activeSetpoint).toBe(7);
  expect(frames.of(8)[0]?.activeSetpoint).toBeNaN();
});
