/**
 * What is varied in an ensemble: `mu_max=normal(0.039,5%)`, `feed=0.5x..2x`, `X_0=0.3..0.7`, `K_glc=0.1`.
 * A parameter gets the value; an input gets its whole schedule scaled (x) or replaced (plain values).
 */
import { ownFunctions } from "../compile/js-functions.ts";
import type { TwinModel } from "../language/model.ts";
import { nearest } from "../language/nearest.ts";
import { standardNormal } from "./normal.ts";

export interface Variation {
  readonly name: string;
  readonly kind: "parameter" | "input";
  /** The value is a factor on what the model says. */
  readonly relative: boolean;
  readonly spread:
    | { readonly shape: "fixed"; readonly value: number }
    | { readonly shape: "uniform"; readonly low: number; readonly high: number }
    | { readonly shape: "normal" | "lognormal"; readonly mean: number; readonly deviation: number };
}

/** A `--vary` that cannot be used; the message says why and what is known. */
export class VariationError extends Error {
  override readonly name = "VariationError";
}

const NUMBER = String.raw`([-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)`;
const RANGE = new RegExp(`^${NUMBER}(x?)\\.\\.${NUMBER}(x?)$`);
const FIXED = new RegExp(`^${NUMBER}(x?)$`);
const CALL = new RegExp(`^(uniform|normal|lognormal)\\(${NUMBER}(x?),${NUMBER}(x?|%)\\)$`);

/** @throws VariationError */
export function parseVariation(text: string, model: TwinModel): Variation {
  const [name = "", rule = ""] = text.split(/=(.*)/s).map((part) => part.replaceAll(/\s/g, ""));
  const kind = kindOf(name, model);
  const fail = (why: string) => new VariationError(`--vary ${name}: ${why}`);
  const range = RANGE.exec(rule);
  if (range) {
    if (range[2] !== range[4]) throw fail('write "x" at both ends of the range or at none');
    return checked(
      { name, kind, relative: range[2] === "x", spread: uniform(Number(range[1]), Number(range[3])) },
      fail,
    );
  }
  const fixed = FIXED.exec(rule);
  if (fixed)
    return { name, kind, relative: fixed[2] === "x", spread: { shape: "fixed", value: Number(fixed[1]) } };
  const call = CALL.exec(rule);
  if (!call)
    throw fail(
      `"${rule}" is not understood; write 1.5, 0.5..2, 0.5x..2x, normal(mean,5%), lognormal(mean,5%) or uniform(low,high)`,
    );
  const [, shape, first, firstTimes, second, secondMark] = call;
  const [a, b] = [Number(first), Number(second)];
  const relative = firstTimes === "x";
  if (shape === "uniform") return checked({ name, kind, relative, spread: uniform(a, b) }, fail);
  const deviation = secondMark === "%" ? Math.abs(a) * (b / 100) : b;
  return checked(
    { name, kind, relative, spread: { shape: shape as "normal" | "lognormal", mean: a, deviation } },
    fail,
  );
}

const uniform = (low: number, high: number) => ({ shape: "uniform", low, high }) as const;

function kindOf(name: string, model: TwinModel): Variation["kind"] {
  if (model.parameters.some((p) => p.name === name)) return "parameter";
  if (model.inputs.some((u) => u.name === name)) return "input";
  const known = [...model.parameters, ...model.inputs].map((q) => q.name);
  const guess = nearest(name, known);
  throw new VariationError(
    `--vary ${name}: ${model.name} has no parameter or input of that name${guess ? `: did you mean ${guess}?` : `; it has ${known.join(", ")}`}`,
  );
}

function checked(variation: Variation, fail: (why: string) => VariationError): Variation {
  const { spread } = variation;
  if (spread.shape === "uniform" && spread.low > spread.high)
    throw fail(`bounds are reversed: ${spread.low} is above ${spread.high}`);
  if (spread.shape === "lognormal" && spread.mean <= 0) throw fail("a lognormal mean must be above 0");
  if ("deviation" in spread && spread.deviation < 0) throw fail("a deviation cannot be negative");
  return variation;
}

/** Value (or factor) at the quantile `u` in (0, 1). A lognormal has the given mean and deviation. */
export function valueAt({ spread }: Variation, u: number): number {
  switch (spread.shape) {
    case "fixed":
      return spread.value;
    case "uniform":
      return spread.low + (spread.high - spread.low) * u;
    case "normal":
      return spread.mean + spread.deviation * standardNormal(u);
    case "lognormal": {
      const { exp, log } = ownFunctions();
      const ratio = spread.deviation / spread.mean;
      const variance = log(1 + ratio * ratio);
      return spread.mean * exp(Math.sqrt(variance) * standardNormal(u) - variance / 2);
    }
  }
}
