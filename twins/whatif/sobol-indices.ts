/**
 * Sobol indices: which share of a result's variance comes from one quantity alone (first order), and which with
 * all its interactions (total). Estimators: Saltelli et al. 2010, Comput. Phys. Commun. 181:259 (first order);
 * Jansen 1999, Comput. Phys. Commun. 117:35 (total). Intervals: bootstrap over rows of the design, percentiles.
 */
import { uniformAt } from "../ensemble/counter-random.ts";
import { saltelliWidth } from "../ensemble/saltelli.ts";

/** A share of variance with its 95 % interval; the estimate can lie a little outside 0 .. 1. */
export interface Share {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

export interface Index {
  readonly first: Share;
  readonly total: Share;
}

export interface SobolIndices {
  /** One per dimension; undefined where the result does not vary. */
  readonly indices: readonly Index[] | undefined;
  /** Rows of which every evaluation is a number. */
  readonly rows: number;
  /** Rows left out. */
  readonly left: number;
  readonly variance: number;
}

const RESAMPLES = 200;
/** Of the size of the result: what varies less varies by rounding alone. */
const SMALLEST_DEVIATION = 1e-10;
/** Rows below which a bootstrap says nothing. */
const FEWEST_ROWS = 8;

/** @param evaluations of the design in saltelli.ts, row after row; NaN where one failed */
export function sobolIndices(evaluations: Float64Array, dimensions: number, seed: number): SobolIndices {
  const width = saltelliWidth(dimensions);
  const all = evaluations.length / width;
  const rows: number[] = [];
  for (let row = 0; row < all; row++)
    if (evaluations.subarray(row * width, (row + 1) * width).every(Number.isFinite)) rows.push(row * width);
  const told = { rows: rows.length, left: all - rows.length };
  const { mean, variance } = moments(evaluations, rows);
  const isConstant = !(Math.sqrt(variance) > SMALLEST_DEVIATION * Math.abs(mean));
  if (rows.length < FEWEST_ROWS || isConstant) return { indices: undefined, variance, ...told };
  const centred = evaluations.map((value) => value - mean);
  const estimates = estimate(centred, rows, dimensions);
  const resampled = Array.from({ length: RESAMPLES }, (_, r) =>
    estimate(
      centred,
      rows.map((_row, i) => rows[Math.floor(uniformAt(seed, i, r) * rows.length)] as number),
      dimensions,
    ),
  );
  const share = (dimension: number, which: "first" | "total"): Share => {
    const spread = resampled.map((one) => one[dimension]?.[which] ?? Number.NaN).sort((a, b) => a - b);
    const at = (fraction: number) => spread[Math.round(fraction * (RESAMPLES - 1))] ?? Number.NaN;
    return { value: estimates[dimension]?.[which] ?? Number.NaN, low: at(0.025), high: at(0.975) };
  };
  const indices = Array.from({ length: dimensions }, (_, d) => ({
    first: share(d, "first"),
    total: share(d, "total"),
  }));
  return { indices, variance, ...told };
}

/** @param f with mean near 0, which makes the first order far less noisy */
function estimate(
  f: Float64Array,
  rows: readonly number[],
  dimensions: number,
): { first: number; total: number }[] {
  const { variance } = moments(f, rows);
  return Array.from({ length: dimensions }, (_, d) => {
    let [first, total] = [0, 0];
    for (const row of rows) {
      const [a, b, mixed] = [f[row] as number, f[row + 1] as number, f[row + 2 + d] as number];
      first += b * (mixed - a);
      total += (a - mixed) ** 2;
    }
    return { first: first / rows.length / variance, total: total / (2 * rows.length) / variance };
  });
}

/** Of the two independent points of every row. */
function moments(f: Float64Array, rows: readonly number[]): { mean: number; variance: number } {
  let sum = 0;
  for (const row of rows) sum += (f[row] as number) + (f[row + 1] as number);
  const mean = sum / (2 * rows.length);
  let squares = 0;
  for (const row of rows) squares += ((f[row] as number) - mean) ** 2 + ((f[row + 1] as number) - mean) ** 2;
  return { mean, variance: squares / (2 * rows.length) };
}
