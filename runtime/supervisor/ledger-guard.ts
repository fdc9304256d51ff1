import type { Ledger, LedgerEvent } from "@helix/ledger";
import { LedgerUnavailableError } from "@helix/ledger";

export interface GuardedLedger extends Ledger {
  /** What was queued fails later, where nobody waits for it: this looks, and tells. */
  check(): void;
}

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
    append: (event) => ledger.append(event),
    checkpoint: () => ledger.checkpoint(),
    close: () => ledger.close(),
    get failure() {
      return ledger.failure;
    },
    enqueue(event: LedgerEvent) {
      try {
        ledger.enqueue(event);
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
