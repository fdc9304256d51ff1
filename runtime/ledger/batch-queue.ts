/** Records that wait to be written, taken in batches of bounded size. */
import type { LedgerReceipt, LedgerUnavailableError } from "./ledger.ts";

export const MAX_BATCH_RECORDS = 4096;
export const MAX_BATCH_BYTES = 1024 * 1024;

export interface Waiter<T> {
  resolve(value: T): void;
  reject(error: LedgerUnavailableError): void;
}

export interface Queued {
  readonly draft: Uint8Array;
  /** Undefined for a record that nobody waits for. */
  readonly waiter: Waiter<LedgerReceipt> | undefined;
}

export class BatchQueue {
  #queue: Queued[] = [];

  get length(): number {
    return this.#queue.length;
  }

  push(queued: Queued): void {
    this.#queue.push(queued);
  }

  /** The oldest, at most 4096 records and 1 MiB; one record at least, however long it is. */
  takeBatch(): Queued[] {
    let bytes = 0;
    let count = 0;
    for (const { draft } of this.#queue) {
      bytes += draft.length;
      if (count === MAX_BATCH_RECORDS || (count > 0 && bytes > MAX_BATCH_BYTES)) break;
      count += 1;
    }
    return this.#queue.splice(0, count);
  }

  takeAll(): Queued[] {
    return this.#queue.splice(0);
  }
}
