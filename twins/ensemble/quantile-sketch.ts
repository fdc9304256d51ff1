/**
 * Quantiles of a stream in bounded memory: counts per bucket of the leading bits of a double (sign, exponent
 * and nine bits of the mantissa), and the least and largest value. Within a bucket values are taken as evenly
 * spread, so a quantile is right to 0.1 % of its value. Sketches add up in any order to the same counts: the
 * result does not depend on how the work was shared.
 */

/** What a sketch holds, to be sent. */
export interface SketchEntries {
  /** Bucket, count, bucket, count, ... */
  readonly counts: Int32Array;
  readonly least: number;
  readonly largest: number;
}

const DROPPED_BITS = 11;
const view = new Float64Array(1);
const words = new Int32Array(view.buffer);

/** Counts of neighbouring buckets: it grows to what it meets, and a little further. */
class Window {
  #first = 0;
  #counts = new Int32Array(0);

  add(bucket: number, count: number): void {
    let place = bucket - this.#first;
    if (place < 0 || place >= this.#counts.length) {
      this.#cover(bucket);
      place = bucket - this.#first;
    }
    this.#counts[place] = (this.#counts[place] as number) + count;
  }

  /** In ascending order of the buckets. */
  each(visit: (bucket: number, count: number) => void): void {
    for (let i = 0; i < this.#counts.length; i++)
      if (this.#counts[i] !== 0) visit(this.#first + i, this.#counts[i] as number);
  }

  #cover(bucket: number): void {
    const length = this.#counts.length;
    const margin = 16 + (length >> 1);
    const first = length === 0 || bucket < this.#first ? bucket - margin : this.#first;
    const end = Math.max(length === 0 ? bucket : this.#first + length, bucket + margin);
    const counts = new Int32Array(end - first);
    if (length > 0) counts.set(this.#counts, this.#first - first);
    this.#first = first;
    this.#counts = counts;
  }
}

export class QuantileSketch {
  total = 0;
  #least = Number.POSITIVE_INFINITY;
  #largest = Number.NEGATIVE_INFINITY;
  /** Values of the two signs lie far apart: a window on each. */
  readonly #positive = new Window();
  readonly #negative = new Window();

  /** @param value finite */
  add(value: number): void {
    if (value < this.#least) this.#least = value;
    if (value > this.#largest) this.#largest = value;
    this.#count(bucketOf(value), 1);
  }

  merge({ counts, least, largest }: SketchEntries): void {
    this.#least = Math.min(this.#least, least);
    this.#largest = Math.max(this.#largest, largest);
    for (let i = 0; i < counts.length; i += 2) this.#count(counts[i] as number, counts[i + 1] as number);
  }

  entries(): SketchEntries {
    return { counts: this.#entries(), least: this.#least, largest: this.#largest };
  }

  /** Values at `fractions` (ascending, in 0 .. 1); NaN when nothing was added. */
  quantiles(fractions: readonly number[]): number[] {
    const sorted = this.#sorted();
    let [place, below] = [0, 0];
    return fractions.map((fraction) => {
      const rank = fraction * (this.total - 1);
      while (place < sorted.length - 1 && below + (sorted[place]?.count ?? 0) <= rank) {
        below += sorted[place]?.count ?? 0;
        place++;
      }
      const bucket = sorted[place];
      if (!bucket) return Number.NaN;
      const low = Math.max(bucket.low, this.#least);
      const high = Math.min(bucket.high, this.#largest);
      if (rank === 0) return this.#least;
      if (rank === this.total - 1) return this.#largest;
      return low + (high - low) * Math.min(1, (rank - below + 0.5) / bucket.count);
    });
  }

  /** How many values were above 0, and how many below; sizes under 1e-9 are neither. */
  signs(): { readonly above: number; readonly below: number } {
    let [above, below] = [0, 0];
    for (const { low, high, count } of this.#sorted()) {
      if (low >= 0 && high > 0) above += count;
      if (low < 0 && high <= 0) below += count;
    }
    return { above, below };
  }

  #sorted(): { low: number; high: number; count: number }[] {
    const list: { low: number; high: number; count: number }[] = [];
    const visit = (bucket: number, count: number) => list.push({ ...edgesOf(bucket), count });
    this.#negative.each(visit);
    // The further below 0, the larger the bucket's number.
    list.reverse();
    this.#positive.each(visit);
    return list;
  }

  #entries(): Int32Array {
    const list: number[] = [];
    const visit = (bucket: number, count: number) => list.push(bucket, count);
    this.#negative.each(visit);
    this.#positive.each(visit);
    return Int32Array.from(list);
  }

  #count(bucket: number, count: number): void {
    (bucket < 0 ? this.#negative : this.#positive).add(bucket, count);
    this.total += count;
  }
}

/** Sizes below 1e-9 count as 0. */
const SMALLEST = 1e-9;

function bucketOf(value: number): number {
  if (Math.abs(value) < SMALLEST) return 0;
  view[0] = value;
  return (words[1] as number) >> DROPPED_BITS;
}

function edgesOf(bucket: number): { low: number; high: number } {
  if (bucket === 0) return { low: 0, high: 0 };
  const [inner, outer] = [valueOf(bucket), valueOf(bucket + 1)];
  return { low: Math.min(inner, outer), high: Math.max(inner, outer) };
}

function valueOf(bucket: number): number {
  words[0] = 0;
  words[1] = bucket << DROPPED_BITS;
  return view[0] as number;
}
