/**
 * What is varied in an ensemble: `mu_max=normal(0.039,5%)`, `feed=0.5x..2x`, `feed[6..14]=1.2x`, `X_0=0.3..0.7`.
 * A parameter gets the value; an input gets its schedule scaled (x) or replaced (plain values).
 *
 * The model's bounds hold: a value or range beyond them is refused, the tails of a normal or lognormal are cut
 * off there, and more than half of one is refused.
 */
import type { Input, TwinModel } from "../language/model.ts";
import { type Cut, cutAt, type Spread, spreadAt, WHOLE } from "./spread.ts";
import { dayOf, parseTargets, quantityOf, type Target, VariationError } from "./target.ts";

export { VariationError } from "./target.ts";

export interface Variation extends Target {
  /** As written before the equals sign. */
  readonly label: string;
  /** The value is a factor on what the model says. */
  readonly relative: boolean;
  readonly spread: Spread;
  /** What of the spread lies within the model's bounds. */
  readonly cut: Cut;
}

const NUMBER = String.raw`([-+]?(?:\d+(?:\.\d+)?(?:[eE][-+]?\d+)?|NaN|Inf(?:inity)?))`;
const RANGE = new RegExp(`^${NUMBER}(x?)\\.\\.${NUMBER}(x?)$`, "i");
const FIXED = new RegExp(`^${NUMBER}(x?)$`, "i");
const CALL = new RegExp(`^(uniform|normal|lognormal)\\(${NUMBER}(x?),${NUMBER}(x?|%)\\)$`, "i");
/** A normal of which less is left says something else than it was asked to say. */
const LEAST_LEFT = 0.5;

export interface RuleContext {
  /** The option that the rule was given to. */
  readonly option?: string;
  /** Length of a piece of an input in the model's time unit: a day unless given. */
  readonly piece?: number | undefined;
}

/** @throws VariationError */
export function parseVariation(text: string, model: TwinModel, context: RuleContext = {}): Variation {
  const option = context.option ?? "--vary";
  const [label = "", rule = ""] = text.split(/=(.*)/s).map((part) => part.replaceAll(/\s/g, ""));
  const fail = (why: string) => new VariationError(`${option} ${label}: ${why}`);
  const target = wholeTarget(label, option, model, context.piece);
  const parsed = parseRule(rule, fail);
  checkSpread(parsed.spread, fail);
  return { ...target, label, ...parsed, cut: withinBounds(target, parsed, model, fail) };
}

/** Value (or factor) at the quantile `u` in (0, 1). */
export const valueAt = ({ spread, cut }: Variation, u: number): number => spreadAt(spread, u, cut);

/** As it could be written: `mu_max=normal(0.039, 0.00195)`. */
export function describeRule({ label, relative, spread }: Variation): string {
  const number = (value: number) => `${Number(value.toPrecision(6))}${relative ? "x" : ""}`;
  if (spread.shape === "fixed") return `${label}=${number(spread.value)}`;
  if (spread.shape === "uniform") return `${label}=${number(spread.low)}..${number(spread.high)}`;
  return `${label}=${spread.shape}(${number(spread.mean)}, ${number(spread.deviation)})`;
}

/** All pieces named at once get the same value. */
function wholeTarget(label: string, option: string, model: TwinModel, piece: number | undefined): Target {
  try {
    const pieces = parseTargets(label, model, piece ?? (label.includes("[") ? dayOf(model) : 1));
    const [first, last] = [pieces[0] as Target, pieces.at(-1)?.span];
    return first.span && last ? { ...first, span: { from: first.span.from, to: last.to } } : first;
  } catch (error) {
    throw error instanceof VariationError ? new VariationError(`${option} ${error.message}`) : error;
  }
}

type Rule = Pick<Variation, "relative" | "spread">;

function parseRule(rule: string, fail: (why: string) => VariationError): Rule {
  const number = (text: string | undefined): number => {
    const value = Number(text);
    if (!Number.isFinite(value)) throw fail(`${text} is not a finite number`);
    return value;
  };
  const range = RANGE.exec(rule);
  if (range) {
    if (range[2] !== range[4]) throw fail('write "x" at both ends of the range or at none');
    return {
      relative: range[2] !== "",
      spread: { shape: "uniform", low: number(range[1]), high: number(range[3]) },
    };
  }
  const fixed = FIXED.exec(rule);
  if (fixed) return { relative: fixed[2] !== "", spread: { shape: "fixed", value: number(fixed[1]) } };
  const call = CALL.exec(rule);
  if (!call)
    throw fail(
      `"${rule}" is not understood; write 1.5, 0.5..2, 0.5x..2x, normal(mean,5%), lognormal(mean,5%) or uniform(low,high)`,
    );
  const [, shape, first, firstTimes, second, secondMark] = call;
  const [a, b] = [number(first), number(second)];
  const relative = firstTimes !== "";
  if (shape === "uniform") return { relative, spread: { shape, low: a, high: b } };
  const deviation = secondMark === "%" ? Math.abs(a) * (b / 100) : b;
  return { relative, spread: { shape: shape as "normal" | "lognormal", mean: a, deviation } };
}

function checkSpread(spread: Spread, fail: (why: string) => VariationError): void {
  if (spread.shape === "uniform" && spread.low > spread.high)
    throw fail(`bounds are reversed: ${spread.low} is above ${spread.high}`);
  if (spread.shape === "lognormal" && spread.mean <= 0) throw fail("a lognormal mean must be above 0");
  if ("deviation" in spread && spread.deviation < 0) throw fail("a deviation cannot be negative");
}

/** @throws VariationError for values beyond what the model allows */
function withinBounds(
  target: Target,
  { relative, spread }: Rule,
  model: TwinModel,
  fail: (why: string) => VariationError,
): Cut {
  const { low, high, unit } = quantityOf(target, model);
  const scales = relative ? valuesNow(target, model) : [1];
  const bounds = `the model's bounds ${low} .. ${high}${unit === "1" ? "" : ` ${unit}`}`;
  const factors = spread.shape === "uniform" ? [spread.low, spread.high] : middleOf(spread);
  for (const scale of scales)
    for (const factor of factors) {
      const value = factor * scale;
      if (value < low || value > high) {
        const shownValue = relative ? `${factor}x gives ${Number(value.toPrecision(6))}` : `${value}`;
        throw fail(`${shownValue}, outside ${bounds}`);
      }
    }
  const cuts = scales
    .filter((scale) => scale !== 0)
    .map((scale) => cutAt(spread, Math.min(low / scale, high / scale), Math.max(low / scale, high / scale)));
  const cut = cuts.reduce(
    (all, one) => ({ from: Math.max(all.from, one.from), to: Math.min(all.to, one.to) }),
    WHOLE,
  );
  if (cut.to - cut.from < LEAST_LEFT)
    throw fail(
      `${(100 * (1 - cut.to + cut.from)).toFixed(0)} % of it lies outside ${bounds}; at most ${100 * (1 - LEAST_LEFT)} % may be cut off`,
    );
  return cut;
}

const middleOf = (spread: Exclude<Spread, { shape: "uniform" }>): number[] => [
  spread.shape === "fixed" ? spread.value : spread.mean,
];

/** What the model says, at each time where it says something. */
function valuesNow(target: Target, model: TwinModel): number[] {
  const { kind, name, span } = target;
  if (kind === "parameter") return [model.parameters.find((p) => p.name === name)?.value ?? Number.NaN];
  const input = model.inputs.find((u) => u.name === name) as Input;
  const from = span?.from ?? 0;
  const to = span?.to ?? Number.POSITIVE_INFINITY;
  const before = input.schedule.findLast((change) => change.time <= from);
  const during = input.schedule.filter((change) => change.time > from && change.time < to);
  return [...(before ? [before] : []), ...during].map((change) => change.value);
}
