/**
 * Quantiles of a stream in bounded memory: counts per bucket of the leading bits of a double (sign, exponent
 * and seven bits of the mantissa), so a quantile is right to 0.4 % of its value. Sketches add up in
 * any order to the same counts: the result does not depend on how the work was shared.
 */

const KEPT_BITS = 13;
const view = new Float64Array(1);
const words = new Int32Array(view.buffer);

export class QuantileSketch {
  readonly counts: Map<number, number>;
  total = 0;

  constructor(entries: Iterable<readonly [number, number]> = []) {
    this.counts = new Map(entries);
    for (const count of this.counts.values()) this.total += count;
  }

  /** @param value finite */
  add(value: number): void {
    const bucket = bucketOf(value);
    this.counts.set(bucket, (this.counts.get(bucket) ?? 0) + 1);
    this.total++;
  }

  merge(other: QuantileSketch): void {
    for (const [bucket, count] of other.counts)
      this.counts.set(bucket, (this.counts.get(bucket) ?? 0) + count);
    this.total += other.total;
  }

  /** Values at `fractions` (ascending, in 0 .. 1); NaN when nothing was added. */
  quantiles(fractions: readonly number[]): number[] {
    const sorted = [...this.counts].map(([bucket, count]) => ({ value: middleOf(bucket), count }));
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
}

/** Sizes below 1e-9 count as 0. */
function bucketOf(value: number): number {
  if (Math.abs(value) < 1e-9) return 0;
  view[0] = value;
  return (words[1] as number) >> KEPT_BITS;
}

function middleOf(bucket: number): number {
  if (bucket === 0) return 0;
  words[0] = 0;
  words[1] = (bucket << KEPT_BITS) | (1 << (KEPT_BITS - 1));
  return view[0] as number;
}
