/**
 * Calibration of the oxygen and pH probes: the unit does the work and takes minutes; the driver
 * starts it, waits, and answers for the figures.
 */
import { numberOf, type OpcUaSession, type RequestLimits, rejected } from "@helix/driver-opcua-generic";
import {
  type CalibrationPoint,
  type CalibrationRecord,
  type ChannelDescriptor,
  convert,
  InstrumentError,
} from "@helix/hal";
import type { BiostatChannel } from "./address-space.ts";
import { type CalibrationNodes, calibrationLimits, readCalibration } from "./calibration-nodes.ts";
import { calibrationRecord, type FinishedCalibration, TOLERANCE_PERCENT } from "./calibration-record.ts";
import { callMethod } from "./commands.ts";

const POLL_MS = 250;
const MAX_POINTS = 2;

/** @throws InstrumentError CalibrationFailed, CalibrationDrift when it did not complete, CommandRejected */
export async function calibrate(
  session: OpcUaSession,
  { descriptor, valueNodeId }: BiostatChannel,
  points: readonly CalibrationPoint[],
  intervalDays: number,
  signal: AbortSignal,
): Promise<CalibrationRecord> {
  const references = referencesIn(session, descriptor, points);
  const { DataType, VariantArrayType } = session.stack.ua;
  const inputs = [
    { dataType: DataType.String, value: descriptor.name },
    { dataType: DataType.Double, arrayType: VariantArrayType.Array, value: new Float64Array(references) },
  ];
  const limits = calibrationLimits("performCalibration", signal);
  const present = await snapshot(session, valueNodeId, limits);
  await callMethod(session, "StartCalibration", inputs, `calibrate ${descriptor.name}`, limits);
  try {
    const state = await untilFinished(session, descriptor, signal);
    return finish(session, descriptor, references, state, intervalDays);
  } catch (error) {
    if (error instanceof InstrumentError && error.kind === "CalibrationFailed") throw error;
    throw incomplete(session, descriptor, present, error);
  }
}

/** Waits between questions; the unit needs 120 s of its own time for each reference. */
async function untilFinished(
  session: OpcUaSession,
  { name }: ChannelDescriptor,
  signal: AbortSignal,
): Promise<CalibrationNodes> {
  for (;;) {
    const now = await readCalibration(session, calibrationLimits("performCalibration", signal));
    if (now.channelName !== name) throw new Error(`the unit turned to calibrating ${now.channelName}`);
    if (now.state !== "Running") return now;
    await session.target.context.clock.sleep(POLL_MS, signal);
  }
}

function finish(
  session: OpcUaSession,
  channel: ChannelDescriptor,
  references: readonly number[],
  done: CalibrationNodes,
  intervalDays: number,
): CalibrationRecord {
  if (done.state !== "Complete" && done.state !== "Failed") {
    throw new Error(`the unit left the calibration in state ${done.state}`);
  }
  const wasRefused = done.state === "Failed";
  const record = recordOrUndefined({
    channel,
    references,
    measured: done.measured,
    slopeInForce: done.slope,
    interceptInForce: done.intercept,
    // A refused calibration leaves the unit's own date as it was.
    finishedNs: wasRefused ? done.nowNs : (done.lastNs ?? done.nowNs),
    intervalDays,
    firmwareVersion: done.firmwareVersion,
    wasRefused,
  });
  if (record && record.outcome !== "Fail") return record;
  throw new InstrumentError({
    kind: "CalibrationFailed",
    instrumentId: session.target.instrumentId,
    channelId: channel.id,
    reason: wasRefused ? done.message : failureOf(record),
    calibrationRecord: record,
  });
}

function recordOrUndefined(done: FinishedCalibration): CalibrationRecord | undefined {
  try {
    return calibrationRecord(done);
  } catch (error) {
    // No line through the measured values: the failure has no figures to show.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

const failureOf = (record: CalibrationRecord | undefined) =>
  record === undefined
    ? "the measured values give no line"
    : `slope ${record.resultingSlope.toFixed(3)} or a deviation is beyond ${TOLERANCE_PERCENT} %`;

/** @throws InstrumentError CommandRejected: nothing has been asked of the unit yet */
function referencesIn(
  session: OpcUaSession,
  { name, unit }: ChannelDescriptor,
  points: readonly CalibrationPoint[],
): number[] {
  const refuse = (reason: string) => rejected(session, `calibrate ${name}`, reason, undefined);
  if (points.length < 1 || points.length > MAX_POINTS) {
    throw refuse(`${points.length} standards were given, the unit takes 1 or ${MAX_POINTS}`);
  }
  try {
    return points.map((point) => convert(point.referenceValue, point.unit, unit));
  } catch (error) {
    throw error instanceof RangeError ? refuse(error.message) : error;
  }
}

interface Present {
  readonly value: number;
  readonly lastNs: bigint | undefined;
}

async function snapshot(session: OpcUaSession, valueNodeId: string, limits: RequestLimits): Promise<Present> {
  const [value] = await session.read([valueNodeId], limits);
  const { lastNs } = await readCalibration(session, limits);
  return { value: value ? numberOf(value) : Number.NaN, lastNs };
}

/** Cancelled, lost on the way, or ended in a way nobody knows: the probe may be anywhere. */
function incomplete(
  session: OpcUaSession,
  { id, unit, range }: ChannelDescriptor,
  { value, lastNs }: Present,
  cause: unknown,
): InstrumentError {
  return new InstrumentError(
    {
      kind: "CalibrationDrift",
      instrumentId: session.target.instrumentId,
      channelId: id,
      currentValue: value,
      expectedRangeMin: range.min,
      expectedRangeMax: range.max,
      sigmaDeviation: Number.NaN,
      unit,
      lastCalibrationTimestampNs: lastNs,
    },
    { cause },
  );
}
