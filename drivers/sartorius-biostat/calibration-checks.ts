/**
 * Questions about a calibration that leave it as it is: when it was, and whether it still holds.
 */
import { type OpcUaSession, rejected } from "@helix/driver-opcua-generic";
import { type CalibrationOutcome, type CalibrationStatus, type CalibrationVerification } from "@helix/hal";
import type { BiostatChannel } from "./address-space.ts";
import { type CalibrationNodes, calibrationLimits, readCalibration } from "./calibration-nodes.ts";
import { NS_PER_DAY, slopeIsNearOne, spanPercentBase } from "./calibration-record.ts";
import { callMethod } from "./commands.ts";

/** Verification leaves the coefficients alone, so it is held to more than a calibration. */
const VERIFICATION_PERCENT = 2;

/** What the unit tells of each calibratable channel: it remembers the last calibration only. */
export async function calibrationStatus(
  session: OpcUaSession,
  channels: readonly BiostatChannel[],
  intervalDays: number,
  signal: AbortSignal,
): Promise<readonly CalibrationStatus[]> {
  const read = await readCalibration(session, calibrationLimits("calibrationStatus", signal));
  return channels
    .filter((channel) => channel.isCalibratable)
    .map(({ descriptor }) => {
      const isTold = read.channelName === descriptor.name;
      const lastNs = isTold ? read.lastNs : undefined;
      const dueNs = lastNs === undefined ? undefined : lastNs + BigInt(Math.round(intervalDays * NS_PER_DAY));
      return {
        channelId: descriptor.id,
        lastCalibrationTimestampNs: lastNs,
        nextDueTimestampNs: dueNs,
        currentOutcome: isTold ? outcomeTold(read) : undefined,
        daysUntilDue: dueNs === undefined ? undefined : Math.floor(Number(dueNs - read.nowNs) / NS_PER_DAY),
        currentSlope: isTold ? read.slope : Number.NaN,
        currentIntercept: isTold ? read.intercept : Number.NaN,
      };
    });
}

/** @throws InstrumentError CommandRejected, Timeout, ConnectionLost */
export async function verifyCalibration(
  session: OpcUaSession,
  { descriptor }: BiostatChannel,
  referenceValue: number,
  signal: AbortSignal,
): Promise<CalibrationVerification> {
  const { DataType } = session.stack.ua;
  const description = `verify the calibration of ${descriptor.name}`;
  const inputs = [
    { dataType: DataType.String, value: descriptor.name },
    { dataType: DataType.Double, value: referenceValue },
  ];
  const limits = calibrationLimits("verifyCalibration", signal);
  const [measured] = await callMethod(session, "VerifyCalibration", inputs, description, limits);
  if (typeof measured !== "number") {
    throw rejected(session, description, "the unit gave no reading", undefined);
  }
  const absoluteError = measured - referenceValue;
  const percentError = (100 * absoluteError) / spanPercentBase([referenceValue], descriptor);
  return {
    expected: referenceValue,
    measured,
    absoluteError,
    percentError,
    withinTolerance: Math.abs(percentError) <= VERIFICATION_PERCENT,
    toleranceBandPercent: VERIFICATION_PERCENT,
  };
}

/** Undefined while one is running, and before the first. */
function outcomeTold({ state, slope }: CalibrationNodes): CalibrationOutcome | undefined {
  if (state === "Failed") return "Fail";
  if (state !== "Complete") return undefined;
  return slopeIsNearOne(slope) ? "Pass" : "PassWithWarning";
}
