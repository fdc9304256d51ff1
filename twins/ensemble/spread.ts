/** How a drawn value is spread, cut where the model's bounds end. */
import { ownFunctions } from "../compile/js-functions.ts";
import { normalShare, standardNormal } from "./normal.ts";

export type Spread =
  | { readonly shape: "fixed"; readonly value: number }
  | { readonly shape: "uniform"; readonly low: number; readonly high: number }
  | { readonly shape: "normal" | "lognormal"; readonly mean: number; readonly deviation: number };

/** The part of a spread that is used, as shares of it: 0 .. 1 is the whole. */
export interface Cut {
  readonly from: number;
  readonly to: number;
}

export const WHOLE: Cut = { from: 0, to: 1 };

/** Value at the quantile `u` in (0, 1) of what `cut` leaves. A lognormal has the given mean and deviation. */
export function spreadAt(spread: Spread, u: number, cut: Cut = WHOLE): number {
  const inside = cut.from + (cut.to - cut.from) * u;
  switch (spread.shape) {
    case "fixed":
      return spread.value;
    case "uniform":
      return spread.low + (spread.high - spread.low) * inside;
    case "normal":
      return spread.mean + spread.deviation * standardNormal(inside);
    case "lognormal": {
      const { location, scale } = logarithm(spread);
      return ownFunctions().exp(location + scale * standardNormal(inside));
    }
  }
}

/** What of a normal or lognormal lies within the bounds. */
export function cutAt(spread: Spread, low: number, high: number): Cut {
  if (spread.shape === "normal" && spread.deviation > 0)
    return {
      from: normalShare((low - spread.mean) / spread.deviation),
      to: normalShare((high - spread.mean) / spread.deviation),
    };
  if (spread.shape === "lognormal" && spread.deviation > 0) {
    const { location, scale } = logarithm(spread);
    const share = (value: number) =>
      value <= 0 ? 0 : normalShare((ownFunctions().log(value) - location) / scale);
    return { from: share(low), to: high === Number.POSITIVE_INFINITY ? 1 : share(high) };
  }
  return WHOLE;
}

function logarithm({ mean, deviation }: { mean: number; deviation: number }) {
  const { log } = ownFunctions();
  const variance = log(1 + (deviation / mean) ** 2);
  return { location: log(mean) - variance / 2, scale: Math.sqrt(variance) };
}
