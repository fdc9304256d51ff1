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
  const every = Uint32Array.from(rows.keys());
  const { mean, variance } = moments(
    Float64Array.from(rows.flatMap((row) => [evaluations[row] as number, evaluations[row + 1] as number])),
    every,
  );
  const isConstant = !(Math.sqrt(variance) > SMALLEST_DEVIATION * Math.abs(mean));
  if (rows.length < FEWEST_ROWS || isConstant) return { indices: undefined, variance, ...told };
  const design = designOf(evaluations, mean, rows, dimensions);
  const estimates = estimatesOf(design, every);
  const resampled = resample(design, seed);
  const share = (which: number): Share => {
    const spread = resampled.subarray(which * RESAMPLES, (which + 1) * RESAMPLES).sort();
    const at = (fraction: number) => spread[Math.round(fraction * (RESAMPLES - 1))] as number;
    return { value: estimates[which] as number, low: at(0.025), high: at(0.975) };
  };
  const indices = Array.from({ length: dimensions }, (_, d) => ({
    first: share(2 * d),
    total: share(2 * d + 1),
  }));
  return { indices, variance, ...told };
}

/** What rows bring to the estimates, centred, which makes the first order far less noisy. */
interface Design {
  readonly dimensions: number;
  readonly rows: number;
  /** Of every row, its two independent points. */
  readonly points: Float64Array;
  /** The terms of the first order and of the total: those of a dimension for all rows, then those of the next. */
  readonly first: Float64Array;
  readonly total: Float64Array;
}

function designOf(
  evaluations: Float64Array,
  mean: number,
  rows: readonly number[],
  dimensions: number,
): Design {
  const points = new Float64Array(2 * rows.length);
  const first = new Float64Array(dimensions * rows.length);
  const total = new Float64Array(dimensions * rows.length);
  rows.forEach((row, i) => {
    const [a, b] = [(evaluations[row] as number) - mean, (evaluations[row + 1] as number) - mean];
    points[2 * i] = a;
    points[2 * i + 1] = b;
    for (let d = 0; d < dimensions; d++) {
      const mixed = (evaluations[row + 2 + d] as number) - mean;
      first[d * rows.length + i] = b * (mixed - a);
      total[d * rows.length + i] = (a - mixed) ** 2;
    }
  });
  return { dimensions, rows: rows.length, points, first, total };
}

/** All resamples of an estimate stand together, in the order of {@link estimatesOf}. */
function resample(design: Design, seed: number): Float64Array {
  const resampled = new Float64Array(2 * design.dimensions * RESAMPLES);
  const drawn = new Uint32Array(design.rows);
  for (let r = 0; r < RESAMPLES; r++) {
    for (let i = 0; i < drawn.length; i++) drawn[i] = Math.floor(uniformAt(seed, i, r) * drawn.length);
    estimatesOf(design, drawn).forEach((estimate, which) => {
      resampled[which * RESAMPLES + r] = estimate;
    });
  }
  return resampled;
}

/** First order and total of every dimension, in turn, from these rows. */
function estimatesOf({ dimensions, rows, points, first, total }: Design, drawn: Uint32Array): Float64Array {
  const estimates = new Float64Array(2 * dimensions);
  const { variance } = moments(points, drawn);
  for (let d = 0; d < dimensions; d++) {
    let [ofFirst, ofTotal] = [0, 0];
    for (let i = 0; i < drawn.length; i++) {
      const at = d * rows + (drawn[i] as number);
      ofFirst += first[at] as number;
      ofTotal += total[at] as number;
    }
    estimates[2 * d] = ofFirst / drawn.length / variance;
    estimates[2 * d + 1] = ofTotal / (2 * drawn.length) / variance;
  }
  return estimates;
}

/** Of the pairs of `points` drawn. */
function moments(points: Float64Array, drawn: Uint32Array): { mean: number; variance: number } {
  const n = drawn.length;
  let sum = 0;
  for (let i = 0; i < n; i++) {
    const at = 2 * (drawn[i] as number);
    sum += (points[at] as number) + (points[at + 1] as number);
  }
  const mean = sum / (2 * n);
  let squares = 0;
  for (let i = 0; i < n; i++) {
    const at = 2 * (drawn[i] as number);
    squares += ((points[at] as number) - mean) ** 2 + ((points[at + 1] as number) - mean) ** 2;
  }
  return { mean, variance: squares / (2 * n) };
}
