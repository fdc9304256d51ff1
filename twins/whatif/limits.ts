/** What a strategy must keep to: `V<=2.2`, `Glc>=0.5`, along the whole run. */
import { type Measure, measurable } from "../ensemble/measures.ts";
import { VariationError } from "../ensemble/target.ts";
import type { TwinModel } from "../language/model.ts";

export interface Limit {
  readonly text: string;
  readonly measure: Measure;
  readonly value: number;
}

const RULE = /^([A-Za-z]\w*)\s*(<=|>=)\s*([-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)$/;

/** @throws VariationError for what is not a limit, MeasureError for a quantity that the model lacks */
export function parseLimit(text: string, model: TwinModel): Limit {
  const [, quantity, sense, value] = RULE.exec(text.trim()) ?? [];
  if (quantity === undefined || !Number.isFinite(Number(value)))
    throw new VariationError(`--keep ${text}: write a quantity, <= or >=, and a number: V<=2.2`);
  const { name, unit } = measurable(quantity, model);
  return {
    text: `${name} ${sense === "<=" ? "at most" : "at least"} ${value}${unit === "1" ? "" : ` ${unit}`}`,
    measure: { quantity: name, over: sense === "<=" ? "largest" : "smallest" },
    value: Number(value),
  };
}

/** By how much a run is beyond the limit, as a part of it; 0 when it keeps to it. */
export function excess({ measure, value }: Limit, reached: number): number {
  const beyond = measure.over === "largest" ? reached - value : value - reached;
  return Math.max(0, beyond) / Math.max(Math.abs(value), Number.MIN_VALUE);
}
