import type { InstrumentError } from "@helix/hal";
import type { LedgerEvent } from "@helix/ledger";

/** The record of an error, under the name that HELIX-HAL-0001 section 3.1 gives it where it gives one. */
export function errorRecord(instrument: string, error: InstrumentError): LedgerEvent {
  const { detail, message, recoveryAction: recovery } = error;
  switch (detail.kind) {
    case "ProtocolViolation":
      return { type: "PROTOCOL_VIOLATION", instrument, detail, message, recovery };
    case "CalibrationDrift":
      return { type: "CALIBRATION_DRIFT_DETECTED", instrument, detail, message, recovery };
    default:
      return { type: "INSTRUMENT_ERROR", instrument, detail, message, recovery };
  }
}
