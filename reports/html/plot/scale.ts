/**
 * From quantities to drawing units: the frame that all plots share, linear scales, round tick
 * values. The drawing unit is one CSS pixel at the report's full width.
 */

/** The plots' shared frame: `left` to `right` is the time axis, values lie between `bottom` and `top`. */
export const FRAME = { width: 960, height: 84, left: 58, right: 934, top: 6, bottom: 78 } as const;

export interface Scale {
  readonly from: number;
  readonly to: number;
  /** Drawing units of a value; not clipped. */
  at(value: number): number;
}

/** Linear; `from` is drawn at `begin`, `to` at `end`. */
export function linearScale(from: number, to: number, begin: number, end: number): Scale {
  const perUnit = (end - begin) / (to - from);
  return { from, to, at: (value) => begin + (value - from) * perUnit };
}

/** The time axis of a run, s of batch age. */
export const timeScale = (beginS: number, endS: number): Scale =>
  linearScale(beginS, endS, FRAME.left, FRAME.right);

/** Multiples of a step of 1, 2 or 5 times a power of ten, inside [from, to]; about `count` of them. */
export function roundTicks(from: number, to: number, count: number): { values: number[]; decimals: number } {
  const rough = (to - from) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((m) => m * power >= rough * 0.999) ?? 10);
  return { values: multiples(from, to, step), decimals: Math.max(0, -Math.floor(Math.log10(step) + 1e-9)) };
}

const HOUR = 3600;
/** Steps that read well on a time axis, s: a minute to a week. */
const TIME_STEPS_S = [
  60,
  120,
  300,
  600,
  900,
  1800,
  HOUR,
  2 * HOUR,
  3 * HOUR,
  6 * HOUR,
  12 * HOUR,
  24 * HOUR,
  48 * HOUR,
  96 * HOUR,
  168 * HOUR,
];

/** Tick times in s, at most `most` of them. */
export function timeTicks(beginS: number, endS: number, most: number): number[] {
  const step = TIME_STEPS_S.find((s) => (endS - beginS) / s <= most) ?? (endS - beginS) / most;
  return multiples(beginS, endS, step);
}

function multiples(from: number, to: number, step: number): number[] {
  const values: number[] = [];
  const slack = step * 1e-9;
  for (let i = Math.ceil((from - slack) / step); i * step <= to + slack; i++) values.push(i * step);
  return values;
}

/** A drawing coordinate, to a tenth of a unit. */
export const coordinate = (value: number): string => String(Math.round(value * 10) / 10);
