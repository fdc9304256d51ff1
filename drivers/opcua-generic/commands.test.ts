/**
 * Setpoints with read-back, rejections, and the one audit record of each command.
 */
import { type CommandAuditRecord, type InstrumentCommand, InstrumentError } from "@helix/hal";
import { StatusCodes } from "node-opcua-client";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { OpcUaGenericDriver } from "./driver.ts";
import { connection } from "./testing/bench.ts";
import { VesselBench } from "./testing/vessel-bench.ts";

let bench: VesselBench;
let driver: OpcUaGenericDriver;
const records: CommandAuditRecord[] = [];
const signal = new AbortController().signal;

beforeAll(async () => {
  bench = await VesselBench.start();
});
afterAll(async () => {
  await driver.disconnect();
  await bench.stop();
});
beforeEach(async () => {
  records.length = 0;
  bench.vessel.refusal = undefined;
  bench.vessel.setpoint = 37;
  bench.vessel.quantize = (asked) => asked;
  bench.vessel.onWrite = () => {};
  driver ??= bench.driver();
  await driver.connect(connection());
});

const setTo = (value: number, unit = "Cel", channelId = 0): InstrumentCommand => ({
  type: "SetSetpoint",
  channelId,
  value,
  unit,
  rationale: "test",
});

const dispatch = (command: InstrumentCommand, until = signal) =>
  driver.dispatchCommand(command, (record) => records.push(record), until);

/** The one record of the command that has just failed, and its error. */
async function rejection(command: InstrumentCommand, until = signal): Promise<InstrumentError> {
  const error: unknown = await dispatch(command, until).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof InstrumentError)) throw new Error("not rejected", { cause: error });
  expect(records).toHaveLength(1);
  expect(records[0]).toMatchObject({ command, result: { ok: false, reason: error.message } });
  return error;
}

test("a setpoint is written and answered with what the instrument reads back", async () => {
  const result = await dispatch(setTo(36.5));
  expect(result).toMatchObject({ acknowledgedValue: 36.5, warnings: [] });
  expect(bench.vessel.setpoint).toBe(36.5);
  expect(records).toHaveLength(1);
  expect(records[0]).toMatchObject({
    instrumentId: driver.instrumentId,
    result: { ok: true, value: result },
  });
  expect(records[0]?.acknowledgeTimestampNs).toBeGreaterThan(records[0]?.dispatchTimestampNs ?? 0n);
});

test("a value in another unit is converted to the channel's", async () => {
  const { acknowledgedValue } = await dispatch(setTo(310.15, "K"));
  expect(acknowledgedValue).toBeCloseTo(37, 9);
});

test("an instrument that rounds is believed, with a warning", async () => {
  bench.vessel.quantize = Math.round;
  const result = await dispatch(setTo(36.4));
  expect(result.acknowledgedValue).toBe(36);
  expect(result.warnings[0]).toMatch(/36.4 Cel was asked for, the instrument set 36 Cel/);
});

test.each([
  ["BadOutOfRange", StatusCodes.BadOutOfRange, /outside the instrument's limits/],
  ["BadInvalidState", StatusCodes.BadInvalidState, /present state forbids it/],
])("a refusal is CommandRejected with the code of %s", async (_name, status, reason) => {
  bench.vessel.refusal = status;
  const { detail } = await rejection(setTo(36));
  expect(detail).toMatchObject({
    kind: "CommandRejected",
    vendorRejectionCode: status.value,
    rejectionReason: expect.stringMatching(reason) as string,
  });
  expect(bench.vessel.setpoint).toBe(37);
});

test("a unit of another quantity is rejected and nothing is written", async () => {
  let writes = 0;
  bench.vessel.onWrite = () => {
    writes += 1;
  };
  expect((await rejection(setTo(5, "g/L"))).kind).toBe("CommandRejected");
  expect(writes).toBe(0);
});

test("a channel without setpoint and any other command are not supported", async () => {
  expect((await rejection(setTo(1, "Cel", 9))).kind).toBe("OperationNotSupported");
  records.length = 0;
  expect((await rejection({ type: "SetMode", mode: "Hold", rationale: "" })).kind).toBe(
    "OperationNotSupported",
  );
});

test("the connection breaks between write and read-back: ConnectionLost, never an answer", async () => {
  bench.vessel.onWrite = () => bench.proxy.breakConnections();
  expect((await rejection(setTo(35))).kind).toBe("ConnectionLost");
  expect(bench.vessel.setpoint).toBe(35);
});

test("the network goes silent between write and read-back: a timeout when the caller's time is up", async () => {
  const timeUp = new AbortController();
  bench.vessel.onWrite = () => {
    bench.proxy.stall();
    timeUp.abort();
  };
  try {
    expect((await rejection(setTo(34), timeUp.signal)).kind).toBe("Timeout");
  } finally {
    bench.proxy.resume();
  }
});

test("a command without connection is ConnectionLost, with its record", async () => {
  await driver.disconnect();
  expect((await rejection(setTo(36))).kind).toBe("ConnectionLost");
});

test("a read-only connection takes no command", async () => {
  await driver.disconnect();
  await driver.connect(connection({ readOnly: true }));
  expect((await rejection(setTo(36))).detail).toMatchObject({
    kind: "CommandRejected",
    rejectionReason: expect.stringContaining("read-only") as string,
  });
  await driver.disconnect();
});

test("setpoints are read from the instrument, not from memory", async () => {
  bench.vessel.setpoint = 33.3;
  const { channelSetpoints } = await driver.readSetpoints(signal);
  expect([...channelSetpoints]).toEqual([[0, 33.3]]);
});
