/** How a fault's parameter is written in a scenario, for its reading and for editors. */
import { parseRateUnit, UNITS, unitByUcum } from "@helix/hal";
import type { ParameterKind } from "@helix/scenarios";
import { anyOf, numberWith, PLAIN_UNIT, RATE_UNIT, whole } from "../scenario/patterns.ts";
import type { FaultParameter, Measure } from "./fault-kind.ts";
import { DATA_RATES } from "./read-parameter.ts";

export function parameterKind({ measure, example }: FaultParameter): ParameterKind {
  if (measure === "count") return measure;
  if (typeof measure === "object" && "words" in measure) return measure;
  const expected =
    measure === "text" ? `text, such as ${example}` : `a number with its unit, such as ${example}`;
  return { pattern: patternOf(measure), expected };
}

function patternOf(measure: Exclude<Measure, "count" | { readonly words: readonly string[] }>): string {
  if (measure === "text") return ".";
  // No sign and no exponent: nobody means either of a line's speed.
  if (measure === "data rate") return whole(`[\\d.]+\\s*${anyOf(DATA_RATES.keys())}`);
  return whole(numberWith("[+-]?", unitsOf(measure)));
}

/** As a pattern. */
function unitsOf(measure: "channel" | "channel rate" | { readonly unit: string }): string {
  if (measure === "channel") return PLAIN_UNIT;
  if (measure === "channel rate") return RATE_UNIT;
  const quantity = unitByUcum(measure.unit)?.quantity;
  if (quantity !== undefined) return anyOf(unitsThatMeasure(quantity));
  const rated = parseRateUnit(measure.unit)?.unit.quantity;
  if (rated === undefined) throw new Error(`unit "${measure.unit}" is not known`);
  return `${anyOf(unitsThatMeasure(rated))}/${anyOf(unitsThatMeasure("time"))}`;
}

const unitsThatMeasure = (wanted: string): string[] =>
  UNITS.filter(({ quantity }) => quantity === wanted).map(({ ucum }) => ucum);
