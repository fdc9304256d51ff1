/**
 * Writes what the next start needs every few thousand records of a run, so that a start after a month without
 * one reads no more than a start after an hour.
 */
import { fitsRecord, type HandedOver, type Ledger } from "@helix/ledger";
import type { FormerRuns, RunRecord } from "./former-runs.ts";
import { RunsFold } from "./former-runs.ts";

/** A start reads at most about so many records, in some hundredths of a second. */
export const STATE_EVERY_RECORDS = 5000;

/**
 * To be called before the record of the start.
 *
 * @param ledger takes the records of the run; one that cannot be watched keeps no state
 * @param write enqueues, and may do so at once
 */
export function keepState(
  ledger: Pick<Ledger, "watch">,
  former: FormerRuns,
  write: Ledger["enqueue"],
  every = STATE_EVERY_RECORDS,
): void {
  const fold = new RunsFold(former);
  let since = 0;
  ledger.watch?.((record: HandedOver) => {
    // As reading it tells: fields of one record, whatever its type.
    fold.take(record as RunRecord);
    if (record.event.type === "RUNTIME_STATE") return;
    since += 1;
    if (since < every || !fold.isRunning) return;
    since = 0;
    const event = { type: "RUNTIME_STATE", carried: fold.state } as const;
    // More than a record holds is not written: the next start then reads on to the one before.
    if (fitsRecord(event)) write(event);
  });
}
