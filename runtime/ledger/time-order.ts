/**
 * Records that are dated before one that stands before them: the wall clock was set back. While HELIX runs a
 * step is on record by itself (CLOCK_STEPPED); between two runs only this shows it.
 */
import { viewOf } from "./bytes.ts";
import { placeOf, UTC_AT } from "./record-codec.ts";

/** Less is a clock that is being kept right. */
const TOLERANCE_NS = 1_000_000_000n;

export class TimeOrder {
  /** The latest so far, ns since 1970 UTC. */
  #latest: bigint | undefined;
  #count = 0;
  #first: { readonly sequence: bigint; readonly byNs: bigint } | undefined;

  /** To be called with each record, in order. */
  look(record: Uint8Array): void {
    const utcNs = viewOf(record).getBigInt64(UTC_AT, true);
    if (this.#latest === undefined || utcNs >= this.#latest) {
      this.#latest = utcNs;
    } else if (this.#latest - utcNs >= TOLERANCE_NS) {
      this.#count += 1;
      this.#first ??= { sequence: placeOf(record).sequence, byNs: this.#latest - utcNs };
    }
  }

  /** One line; undefined when there is nothing to say. */
  get remark(): string | undefined {
    if (this.#first === undefined) return undefined;
    const { sequence, byNs } = this.#first;
    const by = `${(Number(byNs) / 1e9).toFixed(1)} s`;
    return `${this.#count} records are dated before an earlier one, the first is record ${sequence}, by ${by}: the clock was set back`;
  }
}
