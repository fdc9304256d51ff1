import { type CalibrationPoint, type CalibrationRecord, InstrumentError, isCalibratable } from "@helix/hal";
import type { Actor, Ledger, LedgerEvent } from "@helix/ledger";
import type { InstrumentSession } from "./instrument-session.ts";

export interface CalibrationRequest {
  readonly session: InstrumentSession;
  readonly ledger: Ledger;
  /** Joins the records; never given twice. */
  readonly calibrationId: string;
  readonly channelId: number;
  readonly points: readonly CalibrationPoint[];
  readonly actor: Actor;
  readonly reason: string;
  readonly signal: AbortSignal;
}

/**
 * Runs one calibration: on record before it begins, for it may leave a probe with half of its new coefficients, and
 * again whatever comes of it; a failed one is a mandatory deviation (HELIX-HAL-0001 sections 2.4 and 3.1).
 *
 * @throws InstrumentError OperationNotSupported, CalibrationFailed, CalibrationDrift, ...; LedgerUnavailableError: before
 *   the calibration nothing was begun, after it the instrument is calibrated
 */
export async function calibrate(request: CalibrationRequest): Promise<CalibrationRecord> {
  const { session, ledger, calibrationId, channelId, points, actor, reason } = request;
  const of = { calibrationId, instrument: session.key, actor, reason };
  await ledger.append({ type: "CALIBRATION_INTENT", ...of, channelId, points }, { durability: "A" });
  const attempt = await session.whileCalibrating(() => attempted(request));
  if ("record" in attempt) {
    const { record } = attempt;
    await ledger.append({ type: "CALIBRATION", ...of, outcome: "performed", record, failure: undefined });
    return record;
  }
  const { error } = attempt;
  const failure = error instanceof Error ? error.message : String(error);
  await ledger.append({ type: "CALIBRATION", ...of, outcome: "failed", record: recordIn(error), failure });
  await ledger.append(deviation(session.key, failure));
  throw error;
}

async function attempted({
  session: { instrument, isReplacing },
  channelId,
  points,
  signal,
}: CalibrationRequest): Promise<{ readonly record: CalibrationRecord } | { readonly error: unknown }> {
  try {
    if (!isCalibratable(instrument)) {
      const { instrumentId } = instrument;
      throw new InstrumentError({ kind: "OperationNotSupported", instrumentId, operation: "calibration" });
    }
    if (isReplacing) throw new Error("its driver is being replaced");
    return { record: await instrument.performCalibration(channelId, points, signal) };
  } catch (error) {
    return { error };
  }
}

/** Of one that did not pass, what was measured. */
function recordIn(error: unknown): CalibrationRecord | undefined {
  if (!(error instanceof InstrumentError) || !("calibrationRecord" in error.detail)) return undefined;
  return error.detail.calibrationRecord;
}

const deviation = (instrument: string, description: string): LedgerEvent => ({
  type: "DEVIATION",
  instrument,
  mandatory: true,
  description,
});

/** A calibration whose fate is not on record: the runtime died. */
export interface OpenCalibration {
  readonly calibrationId: string;
  readonly instrument: string;
  readonly channelId: number;
  readonly actor: Actor;
  readonly reason: string;
}

/** Nothing tells which coefficients the probe has now: a person must calibrate again. @throws LedgerUnavailableError */
export async function closeOpenCalibration(open: OpenCalibration, ledger: Ledger): Promise<string> {
  const { channelId, ...of } = open;
  const failure = "the runtime died before the outcome was recorded";
  await ledger.append({ type: "CALIBRATION", ...of, outcome: "unknown", record: undefined, failure });
  const description = `the outcome of a calibration of channel ${channelId} is unknown: ${failure}; calibrate it again`;
  await ledger.append(deviation(open.instrument, description));
  return description;
}
