/**
 * Quantiles of a stream in bounded memory: counts per bucket of the leading bits of a double (sign, exponent
 * and seven bits of the mantissa), so a quantile is right to 0.4 % of its value. Sketches add up in
 * any order to the same counts: the result does not depend on how the work was shared.
 */

/** Bucket -> count, as plain numbers: bucket, count, bucket, count, ... */
export type SketchEntries = Int32Array;

const DROPPED_BITS = 13;
const EMPTY = 0x7fffffff;
const view = new Float64Array(1);
const words = new Int32Array(view.buffer);

export class QuantileSketch {
  total = 0;
  /** Open addressing; a size that is a power of two, at most half full. */
  #buckets = new Int32Array(64).fill(EMPTY);
  #counts = new Int32Array(64);
  #used = 0;

  /** @param value finite */
  add(value: number): void {
    this.#count(bucketOf(value), 1);
  }

  merge(entries: SketchEntries): void {
    for (let i = 0; i < entries.length; i += 2) this.#count(entries[i] as number, entries[i + 1] as number);
  }

  entries(): SketchEntries {
    const list: number[] = [];
    this.#buckets.forEach((bucket, i) => {
      if (bucket !== EMPTY) list.push(bucket, this.#counts[i] as number);
    });
    return Int32Array.from(list);
  }

  /** Values at `fractions` (ascending, in 0 .. 1); NaN when nothing was added. */
  quantiles(fractions: readonly number[]): number[] {
    const entries = this.entries();
    const sorted = Array.from({ length: entries.length / 2 }, (_, i) => ({
      value: middleOf(entries[2 * i] as number),
      count: entries[2 * i + 1] as number,
    }));
    sorted.sort((a, b) => a.value - b.value);
    let [place, below] = [0, 0];
    return fractions.map((fraction) => {
      const rank = fraction * (this.total - 1);
      while (place < sorted.length - 1 && below + (sorted[place]?.count ?? 0) <= rank) {
        below += sorted[place]?.count ?? 0;
        place++;
      }
      return sorted[place]?.value ?? Number.NaN;
    });
  }

  #count(bucket: number, count: number): void {
    const mask = this.#buckets.length - 1;
    let place = (Math.imul(bucket, 0x9e3779b1) >>> 8) & mask;
    while (this.#buckets[place] !== bucket && this.#buckets[place] !== EMPTY) place = (place + 1) & mask;
    if (this.#buckets[place] === EMPTY) this.#used++;
    this.#buckets[place] = bucket;
    this.#counts[place] = (this.#counts[place] as number) + count;
    this.total += count;
    if (this.#used * 2 > mask) this.#grow();
  }

  #grow(): void {
    const entries = this.entries();
    const { total } = this;
    this.#buckets = new Int32Array(this.#buckets.length * 2).fill(EMPTY);
    this.#counts = new Int32Array(this.#counts.length * 2);
    this.#used = 0;
    this.merge(entries);
    this.total = total;
  }
}

/** Sizes below 1e-9 count as 0. */
function bucketOf(value: number): number {
  if (Math.abs(value) < 1e-9) return 0;
  view[0] = value;
  return (words[1] as number) >> DROPPED_BITS;
}

function middleOf(bucket: number): number {
  if (bucket === 0) return 0;
  words[0] = 0;
  words[1] = (bucket << DROPPED_BITS) | (1 << (DROPPED_BITS - 1));
  return view[0] as number;
}
