/**
 * Calibration (HELIX-HAL-0001 section 2.4). The driver answers for the figures, the supervisor
 * for writing them to the ledger, failed calibrations included.
 */
import type { Instrument } from "./instrument.ts";

export interface Calibratable extends Instrument {
  calibrationStatus(signal: AbortSignal): Promise<readonly CalibrationStatus[]>;

  /**
   * Runs a one-point or many-point calibration; 30 to 600 s of plant time is normal.
   *
   * @throws InstrumentError CalibrationFailed when acceptance is missed, CalibrationDrift when it
   *   did not complete. Never resolves for a calibration that did not complete.
   */
  performCalibration(
    channelId: number,
    points: readonly CalibrationPoint[],
    signal: AbortSignal,
  ): Promise<CalibrationRecord>;

  /** Compares with a reference without touching the coefficients. */
  verifyCalibration(
    channelId: number,
    referenceValue: number,
    signal: AbortSignal,
  ): Promise<CalibrationVerification>;
}

export interface CalibrationPoint {
  readonly referenceValue: number;
  /** UCUM */
  readonly unit: string;
  readonly standardLotNumber: string;
  /** ISO 8601 date */
  readonly standardExpiryDate: string;
  readonly standardCertificateId: string;
}

export interface CalibrationRecord {
  readonly channelId: number;
  readonly calibrationType: "single-point" | "two-point" | "slope-intercept";
  readonly points: readonly CalibrationDataPoint[];
  readonly resultingSlope: number;
  readonly resultingIntercept: number;
  /** Linearity; at least {@link MIN_R_SQUARED} on GMP channels. */
  readonly rSquared: number;
  readonly outcome: CalibrationOutcome;
  /** ns, TAI */
  readonly calibrationTimestampNs: bigint;
  /** ns, TAI */
  readonly nextCalibrationDueNs: bigint;
  readonly instrumentFirmwareAtCalibration: string;
}

/** Linearity that a GMP channel's calibration must reach (section 2.4). */
export const MIN_R_SQUARED = 0.9999;

export interface CalibrationDataPoint {
  readonly referenceValue: number;
  readonly measuredValue: number;
  readonly deviationPercent: number;
  readonly withinTolerance: boolean;
}

/** PassWithWarning: within tolerance, near the limit. Fail: the channel goes offline. */
export type CalibrationOutcome = "Pass" | "PassWithWarning" | "Fail";

export interface CalibrationStatus {
  readonly channelId: number;
  /** ns, TAI; undefined when never calibrated. */
  readonly lastCalibrationTimestampNs: bigint | undefined;
  readonly nextDueTimestampNs: bigint | undefined;
  readonly currentOutcome: CalibrationOutcome | undefined;
  readonly daysUntilDue: number | undefined;
  readonly currentSlope: number;
  readonly currentIntercept: number;
}

export interface CalibrationVerification {
  readonly expected: number;
  readonly measured: number;
  readonly absoluteError: number;
  readonly percentError: number;
  readonly withinTolerance: boolean;
  readonly toleranceBandPercent: number;
}

/**
 * Least-squares line `reference = slope * measured + intercept` and its coefficient of
 * determination, as a CalibrationRecord states them.
 *
 * @param pairs at least two, with two different measured values
 * @throws RangeError for fewer points or equal measured values
 */
export function fitCalibrationLine(
  pairs: readonly { readonly referenceValue: number; readonly measuredValue: number }[],
): { slope: number; intercept: number; rSquared: number } {
  const n = pairs.length;
  const meanX = pairs.reduce((sum, p) => sum + p.measuredValue, 0) / n;
  const meanY = pairs.reduce((sum, p) => sum + p.referenceValue, 0) / n;
  let sxx = 0;
  let sxy = 0;
  let syy = 0;
  for (const p of pairs) {
    sxx += (p.measuredValue - meanX) ** 2;
    sxy += (p.measuredValue - meanX) * (p.referenceValue - meanY);
    syy += (p.referenceValue - meanY) ** 2;
  }
  if (n < 2 || sxx === 0 || syy === 0) {
    throw new RangeError("a calibration line needs two points with different values");
  }
  const slope = sxy / sxx;
  return { slope, intercept: meanY - slope * meanX, rSquared: (sxy * sxy) / (sxx * syy) };
}
