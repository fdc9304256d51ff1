/**
 * A channel's samples made ready to draw: cut where data is missing, marked where quality is not
 * good, thinned to what the drawing can show without losing a spike.
 */
import type { SampleLine } from "@helix/run-record";

export type QualityClass = "good" | "uncertain" | "bad";

/** Two top bits of the OPC quality byte. */
export function qualityClass(quality: number): QualityClass {
  const top = quality & 0xc0;
  if (top === 0xc0) return "good";
  return top === 0x40 ? "uncertain" : "bad";
}

export interface Point {
  /** s of batch age */
  readonly t: number;
  readonly value: number;
}

/** Points without a hole between them, all of one quality. */
export interface Segment {
  readonly quality: QualityClass;
  readonly points: readonly Point[];
}

/** No data between two samples. */
export interface Hole {
  readonly fromS: number;
  readonly toS: number;
  /** Samples that never came, by sequence number; 0: the interval alone is too long. */
  readonly missing: bigint;
  /** Samples that came without a number. */
  readonly valueless: number;
}

export interface Series {
  readonly segments: readonly Segment[];
  readonly holes: readonly Hole[];
  /** Setpoint from each time on; undefined: from here on there is none. */
  readonly setpoints: readonly { readonly t: number; readonly value: number | undefined }[];
}

/** Data is missing where two samples lie further apart than this many usual intervals. */
const LONGEST_INTERVALS = 2.5;

/** @param samples of one channel, in any order */
export function readSeries(samples: readonly SampleLine[]): Series {
  const ordered = samples.toSorted((a, b) => a.t - b.t);
  const longestS = usualIntervalS(ordered) * LONGEST_INTERVALS;
  const segments: { quality: QualityClass; points: Point[] }[] = [];
  const holes: Hole[] = [];
  const setpoints: { t: number; value: number | undefined }[] = [];
  let previous: SampleLine | undefined;
  for (const sample of ordered) {
    const hole = previous && holeBetween(previous, sample, longestS);
    if (hole) holes.push(hole);
    appendValue(segments, previous, sample, hole !== undefined);
    const setpoint = sample.setpoint ?? undefined;
    if (setpoints.length === 0 || setpoints.at(-1)?.value !== setpoint) {
      setpoints.push({ t: sample.t, value: setpoint });
    }
    previous = sample;
  }
  return { segments, holes: [...holes, ...valuelessStretches(ordered)], setpoints };
}

function holeBetween(a: SampleLine, b: SampleLine, longestS: number): Hole | undefined {
  const step = BigInt(b.sequence) - BigInt(a.sequence);
  if (step <= 1n && b.t - a.t <= longestS) return undefined;
  return { fromS: a.t, toS: b.t, missing: step > 1n ? step - 1n : 0n, valueless: 0 };
}

/** From the last number before to the first one after; the instrument spoke, and gave none. */
function valuelessStretches(ordered: readonly SampleLine[]): Hole[] {
  const holes: Hole[] = [];
  let begin = 0;
  while (begin < ordered.length) {
    if (ordered[begin]?.value !== null) {
      begin++;
      continue;
    }
    let end = begin;
    while (end < ordered.length && ordered[end]?.value === null) end++;
    const from = ordered[Math.max(begin - 1, 0)] as SampleLine;
    const to = ordered[Math.min(end, ordered.length - 1)] as SampleLine;
    holes.push({ fromS: from.t, toS: to.t, missing: 0n, valueless: end - begin });
    begin = end;
  }
  return holes;
}

function appendValue(
  segments: { quality: QualityClass; points: Point[] }[],
  previous: SampleLine | undefined,
  sample: SampleLine,
  isAfterHole: boolean,
): void {
  if (sample.value === null) return;
  const quality = qualityClass(sample.quality);
  const point = { t: sample.t, value: sample.value };
  const last = segments.at(-1);
  const hasValueBefore = previous !== undefined && previous.value !== null && !isAfterHole;
  if (last && hasValueBefore && last.quality === quality) {
    last.points.push(point);
    return;
  }
  // A change of quality is no hole: the stretch up to the first sample of the new quality is drawn as that.
  const joint = last && hasValueBefore ? last.points.at(-1) : undefined;
  segments.push({ quality, points: joint ? [joint, point] : [point] });
}

/** Median interval, s; Infinity where there are fewer than two samples. */
function usualIntervalS(ordered: readonly SampleLine[]): number {
  const intervals: number[] = [];
  for (let i = 1; i < ordered.length; i++) {
    const interval = (ordered[i] as SampleLine).t - (ordered[i - 1] as SampleLine).t;
    if (interval > 0) intervals.push(interval);
  }
  intervals.sort((a, b) => a - b);
  return intervals[Math.floor(intervals.length / 2)] ?? Number.POSITIVE_INFINITY;
}

/**
 * Keeps, of each column of the drawing, the first, lowest, highest and last point: the line through
 * them covers the same pixels as the line through all (Jugel et al., M4, VLDB 2014).
 *
 * @param columnOf column number of a time; must not decrease with time
 */
export function thin(points: readonly Point[], columnOf: (t: number) => number): Point[] {
  const kept: Point[] = [];
  let begin = 0;
  while (begin < points.length) {
    const column = columnOf((points[begin] as Point).t);
    let end = begin + 1;
    while (end < points.length && columnOf((points[end] as Point).t) === column) end++;
    keepExtremes(points, begin, end, kept);
    begin = end;
  }
  return kept;
}

function keepExtremes(points: readonly Point[], begin: number, end: number, kept: Point[]): void {
  let lowest = begin;
  let highest = begin;
  for (let i = begin + 1; i < end; i++) {
    const { value } = points[i] as Point;
    if (value < (points[lowest] as Point).value) lowest = i;
    if (value > (points[highest] as Point).value) highest = i;
  }
  const indices = new Set([begin, Math.min(lowest, highest), Math.max(lowest, highest), end - 1]);
  for (const index of indices) kept.push(points[index] as Point);
}
