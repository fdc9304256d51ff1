/**
 * The faults that the simulated Modbus device can do, of those that there are (../instrument-fault.ts):
 * checked here, done by server/answer-faults.ts and device/sensor-faults.ts.
 */
import * as v from "valibot";
import type { InstrumentFault } from "../instrument-fault.ts";
import { LOOP_NAMES } from "./device/loop.ts";

const count = v.pipe(v.number(), v.integer(), v.minValue(1));
const byte = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(255));
const step = v.pipe(
  v.number(),
  v.integer(),
  v.check((by) => by !== 0, "must not be 0"),
);
const milliseconds = v.pipe(v.number(), v.gtValue(0), v.maxValue(600_000));
const finite = v.pipe(v.number(), v.finite());
const channel = v.picklist(LOOP_NAMES);

const choice = { answers: v.optional(count), functionCodes: v.optional(v.array(byte)) };

const answerFault = <N extends string, E extends v.ObjectEntries>(name: N, own: E) =>
  v.strictObject({ inject: v.literal(name), ...own, ...choice });

const ANSWER_FAULTS = [
  answerFault("late-answer", {}),
  answerFault("previous-answer", {}),
  answerFault("wrong-unit-id", { unitId: byte }),
  answerFault("wrong-register", { by: step }),
  answerFault("swapped-words", {}),
  answerFault("wrong-transaction-id", { by: step }),
  answerFault("wrong-function-code", { functionCode: byte }),
  answerFault("short-answer", { bytes: count }),
  answerFault("wrong-checksum", {}),
  answerFault("exception", { code: byte }),
  answerFault("no-answer", {}),
  answerFault("reorder", {}),
  answerFault("duplicate", {}),
  answerFault("busy", { delayMs: milliseconds }),
  answerFault("error-code", { channel }),
] as const;

const SENSOR_FAULTS = [
  v.strictObject({ inject: v.literal("drift"), channel, ratePerHour: finite }),
  v.strictObject({ inject: v.literal("frozen-value"), channel }),
  v.strictObject({ inject: v.literal("spike"), channel, height: finite }),
] as const;

const FAULT = v.variant("inject", [...ANSWER_FAULTS, ...SENSOR_FAULTS]);

export type ModbusAnswerFault = v.InferOutput<(typeof ANSWER_FAULTS)[number]>;
export type ModbusSensorFault = v.InferOutput<(typeof SENSOR_FAULTS)[number]>;
export type ModbusDeviceFault = ModbusAnswerFault | ModbusSensorFault;

/** Names of all that it can do. */
export const MODBUS_DEVICE_FAULTS: readonly ModbusDeviceFault["inject"][] = [
  ...ANSWER_FAULTS,
  ...SENSOR_FAULTS,
].map(({ entries }) => entries.inject.literal);

export const isSensorFault = (fault: ModbusDeviceFault): fault is ModbusSensorFault =>
  SENSOR_FAULTS.some(({ entries }) => entries.inject.literal === fault.inject);

/** @throws RangeError for a fault that this device cannot do, saying why */
export function checkFault(fault: InstrumentFault): ModbusDeviceFault {
  const result = v.safeParse(FAULT, fault);
  if (result.success) return result.output;
  const problems = result.issues.map((issue) => `${v.getDotPath(issue) ?? "fault"}: ${issue.message}`);
  throw new RangeError(`the Modbus device cannot do this fault: ${problems.join("; ")}`);
}
