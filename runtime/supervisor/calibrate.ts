import { type CalibrationPoint, type CalibrationRecord, InstrumentError, isCalibratable } from "@helix/hal";
import type { Actor, Ledger } from "@helix/ledger";
import type { InstrumentSession } from "./instrument-session.ts";

/**
 * Runs one calibration and puts it on record whatever comes of it; a failed one is a mandatory
 * deviation (HELIX-HAL-0001 sections 2.4 and 3.1).
 *
 * @throws InstrumentError OperationNotSupported, CalibrationFailed, CalibrationDrift, ...
 */
export async function calibrate(request: {
  session: InstrumentSession;
  ledger: Ledger;
  channelId: number;
  points: readonly CalibrationPoint[];
  actor: Actor;
  reason: string;
  signal: AbortSignal;
}): Promise<CalibrationRecord> {
  const { session, ledger, actor, reason } = request;
  const { instrument, key } = session;
  if (!isCalibratable(instrument)) {
    throw new InstrumentError({
      kind: "OperationNotSupported",
      instrumentId: instrument.instrumentId,
      operation: "calibration",
    });
  }
  try {
    const record = await instrument.performCalibration(request.channelId, request.points, request.signal);
    await ledger.append({ type: "CALIBRATION", instrument: key, actor, reason, record, failure: undefined });
    return record;
  } catch (error) {
    const failure = error instanceof Error ? error.message : String(error);
    const record =
      error instanceof InstrumentError && "calibrationRecord" in error.detail
        ? error.detail.calibrationRecord
        : undefined;
    await ledger.append({ type: "CALIBRATION", instrument: key, actor, reason, record, failure });
    await ledger.append({ type: "DEVIATION", instrument: key, mandatory: true, description: failure });
    throw error;
  }
}
