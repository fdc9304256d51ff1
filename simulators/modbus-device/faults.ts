/**
 * Faults that the simulated Modbus device can do on purpose, most of them valid frames that lie, and
 * their receipts. Receipts are sent when a fault ends.
 */
import * as v from "valibot";
import type { InstrumentFaultReceipt } from "../control.ts";
import { LOOP_NAMES } from "./device/loop.ts";

const count = v.pipe(v.number(), v.integer(), v.minValue(1));
const byte = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(255));
const step = v.pipe(
  v.number(),
  v.integer(),
  v.check((by) => by !== 0, "must not be 0"),
);
const milliseconds = v.pipe(v.number(), v.gtValue(0), v.maxValue(600_000));

const common = {
  /** So many answers, then no more; absent: until it is cleared. */
  answers: v.optional(count),
  /** Answers to these functions alone; absent: to all. */
  functionCodes: v.optional(v.array(byte)),
};

const WIRE_FAULT = v.variant("inject", [
  /** Is held back until the next request has come, and goes out before that one's own answer. */
  v.strictObject({ inject: v.literal("late-answer"), ...common }),
  /** The answer to the request before, under the present request's transaction id. */
  v.strictObject({ inject: v.literal("previous-answer"), ...common }),
  v.strictObject({ inject: v.literal("wrong-unit-id"), unitId: byte, ...common }),
  /** Reads `by` registers (or bits) further on; a read that then leaves the map stays as it is. */
  v.strictObject({ inject: v.literal("wrong-register"), by: step, ...common }),
  /** The two words of every pair change places. */
  v.strictObject({ inject: v.literal("swapped-words"), ...common }),
  /** TCP alone. */
  v.strictObject({ inject: v.literal("wrong-transaction-id"), by: step, ...common }),
  v.strictObject({ inject: v.literal("wrong-function-code"), functionCode: byte, ...common }),
  /** So many bytes of data fewer, with a byte count that says so. */
  v.strictObject({ inject: v.literal("short-answer"), bytes: count, ...common }),
  /** RTU alone. */
  v.strictObject({ inject: v.literal("wrong-checksum"), ...common }),
  /** In place of doing what was asked; 6 is busy. */
  v.strictObject({ inject: v.literal("exception"), code: byte, ...common }),
  v.strictObject({ inject: v.literal("slow-answer"), delayMs: milliseconds, ...common }),
  /** Byte by byte. */
  v.strictObject({ inject: v.literal("drip"), everyMs: milliseconds, ...common }),
  v.strictObject({ inject: v.literal("no-answer"), ...common }),
]);

const SENSOR_FAULT = v.strictObject({
  inject: v.literal("drift"),
  channel: v.picklist(LOOP_NAMES),
  /** Channel's unit per h. */
  ratePerHour: v.pipe(v.number(), v.finite()),
});

export type WireFault = v.InferOutput<typeof WIRE_FAULT>;
export type SensorFault = v.InferOutput<typeof SENSOR_FAULT>;
export type ModbusDeviceFault = WireFault | SensorFault;

export interface WireFaultReceipt {
  readonly inject: WireFault["inject"];
  /** Plant time. */
  readonly beginS: number;
  readonly endS: number;
  /** Answers changed. */
  readonly answers: number;
  /** The first of them; undefined when there was none. */
  readonly first: ChangedAnswer | undefined;
  readonly last: ChangedAnswer | undefined;
}

/** Messages without their envelope, in hexadecimal: function code and what follows. */
export interface ChangedAnswer {
  readonly plantTimeS: number;
  readonly request: string;
  /** What it would have been. */
  readonly before: string;
  /** What was sent, and how; empty when nothing was. */
  readonly after: string;
}

export type ModbusFaultReceipt = WireFaultReceipt | InstrumentFaultReceipt;

/** @throws RangeError for a fault that this device cannot do, saying why */
export function checkFault(fault: unknown): ModbusDeviceFault {
  const isDrift = (fault as { inject?: unknown } | undefined)?.inject === "drift";
  const result = v.safeParse(isDrift ? SENSOR_FAULT : WIRE_FAULT, fault);
  if (result.success) return result.output;
  const problems = result.issues.map((issue) => `${v.getDotPath(issue) ?? "fault"}: ${issue.message}`);
  throw new RangeError(`the Modbus device cannot do this fault: ${problems.join("; ")}`);
}
