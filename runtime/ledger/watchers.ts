/** Who is told of each record as the ledger takes it. */
import { viewOf } from "./bytes.ts";
import type { LedgerEvent } from "./events.ts";
import type { HandedOver } from "./ledger.ts";
import { UTC_AT } from "./record-codec.ts";
import type { Stamp } from "./stamp.ts";

export class Watchers {
  readonly #stamp: Stamp;
  readonly #listeners: ((record: HandedOver) => void)[] = [];

  constructor(stamp: Stamp) {
    this.#stamp = stamp;
  }

  get none(): boolean {
    return this.#listeners.length === 0;
  }

  add(listener: (record: HandedOver) => void): void {
    this.#listeners.push(listener);
  }

  /** @param draft of the record that the event has become */
  tell(event: LedgerEvent, draft: Uint8Array, sequence: bigint): void {
    if (this.none) return;
    const utcNs = viewOf(draft).getBigInt64(UTC_AT, true);
    for (const listener of this.#listeners) listener({ sequence, utcNs, bootId: this.#stamp.bootId, event });
  }
}
