import type { Ledger, LedgerEvent } from "@helix/ledger";
import { LedgerUnavailableError } from "@helix/ledger";

/**
 * The ledger as instruments use it: measuring goes on when it fails, which is told once; only what
 * must be on record before it happens (a command) is refused by it.
 */
export function guardLedger(ledger: Ledger, onUnavailable: (reason: string) => void): Ledger {
  let told = false;
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
        if (!told) onUnavailable(error.message);
        told = true;
      }
    },
  };
}
