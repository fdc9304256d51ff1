/**
 * What is varied where nobody says: every parameter, within a tenth of its value and within a tenth of the range that
 * the model gives it. So a temperature of 288 K that lies within 273 .. 303 K moves by 3 K and not by 29, and a constant
 * of nature, whose bounds are one value, stands still.
 */
import { parseVariation, type Variation } from "../ensemble/variation.ts";
import type { Parameter, TwinModel } from "../language/model.ts";

const SHARE = 0.1;

export function defaultVariations(model: TwinModel): Variation[] {
  return model.parameters.flatMap((parameter) => {
    const { value, low, high } = parameter;
    const reach = Math.min(SHARE * Math.abs(value), SHARE * (high - low));
    return reach > 0 ? [around(parameter, reach, model)] : [];
  });
}

/** As factors, so that a strategy that sets the parameter moves the range with it. */
function around({ name, value, low, high }: Parameter, reach: number, model: TwinModel): Variation {
  const factors = [Math.max(low, value - reach), Math.min(high, value + reach)].map((end) => end / value);
  return parseVariation(`${name}=${Math.min(...factors)}x..${Math.max(...factors)}x`, model);
}
