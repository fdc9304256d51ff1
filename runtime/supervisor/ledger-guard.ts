import type { Ledger, LedgerEvent, LedgerEventType } from "@helix/ledger";
import { LedgerUnavailableError } from "@helix/ledger";

export interface GuardedLedger extends Ledger {
  /** What was queued fails later, where nobody waits for it: this looks, and tells. */
  check(): void;
}

/** Alarms, faults and stops: the emergency log takes them while the ledger cannot (HELIX-HAL-0001 section 3.3). */
const SAFETY_TYPES: ReadonlySet<LedgerEventType> = new Set([
  "CALIBRATION_DRIFT_DETECTED",
  "CLOCK_STEPPED",
  "CONNECTION_LOST",
  "INSTRUMENT_ERROR",
  "INSTRUMENT_ISOLATED",
  "PROTOCOL_VIOLATION",
  "RUNTIME_STOPPED",
]);

const isSafety = (event: LedgerEvent): boolean =>
  SAFETY_TYPES.has(event.type) || (event.type === "DEVIATION" && event.mandatory);

/**
 * The ledger as instruments use it: measuring goes on when it fails, which is told once; only what
 * must be on record before it happens (a command) is refused by it.
 */
export function guardLedger(ledger: Ledger, onUnavailable: (reason: string) => void): GuardedLedger {
  let told = false;
  const tell = (reason: string) => {
    if (!told) onUnavailable(reason);
    told = true;
  };
  return {
    append: (event, options) => ledger.append(event, options),
    checkpoint: () => ledger.checkpoint(),
    close: () => ledger.close(),
    get failure() {
      return ledger.failure;
    },
    enqueue(event, { safety = isSafety(event) } = {}) {
      try {
        ledger.enqueue(event, { safety });
      } catch (error) {
        if (!(error instanceof LedgerUnavailableError)) throw error;
        tell(error.message);
      }
    },
    check() {
      if (ledger.failure !== undefined) tell(ledger.failure.message);
    },
  };
}
