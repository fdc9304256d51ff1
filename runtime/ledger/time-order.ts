/**
 * Records that are dated before one that stands before them: the wall clock was set back. While HELIX runs a
 * step is on record by itself (CLOCK_STEPPED); between two runs only this shows it.
 */
import { uint32At, viewOf } from "./bytes.ts";
import { placeOf, UTC_AT } from "./record-codec.ts";

/** Less is a clock that is being kept right. */
const TOLERANCE_NS = 1_000_000_000n;

export class TimeOrder {
  /** The latest so far, ns since 1970 UTC, i64: its upper half and its lower one. */
  #high = Number.NEGATIVE_INFINITY;
  #low = 0;
  #count = 0;
  #first: { readonly sequence: bigint; readonly byNs: bigint } | undefined;

  /** To be called with each record, in order. */
  look(record: Uint8Array): void {
    const low = uint32At(record, UTC_AT);
    const high = uint32At(record, UTC_AT + 4) | 0;
    if (high > this.#high || (high === this.#high && low >= this.#low)) {
      this.#high = high;
      this.#low = low;
      return;
    }
    const latest = (BigInt(this.#high) << 32n) + BigInt(this.#low);
    const byNs = latest - viewOf(record).getBigInt64(UTC_AT, true);
    if (byNs < TOLERANCE_NS) return;
    this.#count += 1;
    this.#first ??= { sequence: placeOf(record).sequence, byNs };
  }

  /** One line; undefined when there is nothing to say. */
  get remark(): string | undefined {
    if (this.#first === undefined) return undefined;
    const { sequence, byNs } = this.#first;
    const by = `${(Number(byNs) / 1e9).toFixed(1)} s`;
    return `${this.#count} records are dated before an earlier one, the first is record ${sequence}, by ${by}: the clock was set back`;
  }
}
