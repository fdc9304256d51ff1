/**
 * The figures of a finished calibration, and whether they are good enough.
 *
 * Deviation is in percent of the span between the references, or of the channel's range where there
 * is one reference only: a reference may be 0. A two-point line must have a slope near 1: within 5 %
 * it passes, up to 20 % (the unit's own limit) it passes with a warning.
 */
import {
  type CalibrationDataPoint,
  type CalibrationOutcome,
  type CalibrationRecord,
  type ChannelDescriptor,
  fitCalibrationLine,
  MIN_R_SQUARED,
} from "@helix/hal";

export const TOLERANCE_PERCENT = 20;
const WARNING_PERCENT = 5;

export interface FinishedCalibration {
  readonly channel: ChannelDescriptor;
  /** In the channel's unit, one per standard. */
  readonly references: readonly number[];
  /** What the probe read in each, before correction. */
  readonly measured: readonly number[];
  /** In force at the unit: reference = slope * measured + intercept. */
  readonly slopeInForce: number;
  readonly interceptInForce: number;
  /** ns, TAI */
  readonly finishedNs: bigint;
  readonly intervalDays: number;
  readonly firmwareVersion: string;
  /** The unit itself refused the result. */
  readonly wasRefused: boolean;
}

export const NS_PER_DAY = 86_400_000_000_000;

/** @throws RangeError when there is not one measured value per reference, or no line through them */
export function calibrationRecord(done: FinishedCalibration): CalibrationRecord {
  const points = dataPoints(done);
  const line = lineOf(done, points);
  return {
    channelId: done.channel.id,
    calibrationType: points.length === 1 ? "single-point" : "two-point",
    points,
    resultingSlope: line.slope,
    resultingIntercept: line.intercept,
    rSquared: line.rSquared,
    outcome: done.wasRefused ? "Fail" : outcomeOf(points, line),
    calibrationTimestampNs: done.finishedNs,
    nextCalibrationDueNs: done.finishedNs + BigInt(Math.round(done.intervalDays * NS_PER_DAY)),
    instrumentFirmwareAtCalibration: done.firmwareVersion,
  };
}

function dataPoints({ channel, references, measured }: FinishedCalibration): CalibrationDataPoint[] {
  if (measured.length !== references.length) {
    throw new RangeError(`${measured.length} measured values for ${references.length} references`);
  }
  const span = spanPercentBase(references, channel);
  return references.map((referenceValue, index) => {
    const measuredValue = measured[index] as number;
    const deviationPercent = (100 * (measuredValue - referenceValue)) / span;
    const withinTolerance = Math.abs(deviationPercent) <= TOLERANCE_PERCENT;
    return { referenceValue, measuredValue, deviationPercent, withinTolerance };
  });
}

/** 100 % of a deviation, in the channel's unit. */
export function spanPercentBase(references: readonly number[], { range }: ChannelDescriptor): number {
  return references.length > 1 ? Math.max(...references) - Math.min(...references) : range.max - range.min;
}

/** One reference moves the intercept only: the line is the unit's, and there is no linearity to state. */
function lineOf(done: FinishedCalibration, points: readonly CalibrationDataPoint[]) {
  if (points.length > 1) return fitCalibrationLine(points);
  return { slope: done.slopeInForce, intercept: done.interceptInForce, rSquared: Number.NaN };
}

/** By how much a line may differ from the ideal and still pass without a warning. */
export const slopeIsNearOne = (slope: number): boolean => 100 * Math.abs(slope - 1) <= WARNING_PERCENT;

function outcomeOf(
  points: readonly CalibrationDataPoint[],
  { slope, rSquared }: { readonly slope: number; readonly rSquared: number },
): CalibrationOutcome {
  const slopePercent = 100 * Math.abs(slope - 1);
  const worst = Math.max(slopePercent, ...points.map((p) => Math.abs(p.deviationPercent)));
  const isLinear = points.length === 1 || rSquared >= MIN_R_SQUARED;
  if (!isLinear || worst > TOLERANCE_PERCENT) return "Fail";
  return worst > WARNING_PERCENT ? "PassWithWarning" : "Pass";
}
