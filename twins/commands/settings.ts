/** `--set name=value`: other values for parameters and inputs of one run. */
import { CliError } from "@helix/cli";
import { applySettings } from "../ensemble/run-inputs.ts";
import { parseVariation, type RuleContext, type Variation, VariationError } from "../ensemble/variation.ts";
import type { TwinModel } from "../language/model.ts";
import type { Changes } from "../solvers/schedule.ts";

export interface Settings {
  readonly parameters: Float64Array;
  readonly changes: Changes;
}

/** @throws CliError for a name that the model lacks, a value beyond its bounds, or something that is not one value */
export function readSettings(texts: readonly string[], model: TwinModel): Settings {
  return applySettings(readFixed(texts, model, { option: "--set" }), model);
}

/** Rules of one value each. @throws CliError */
export function readFixed(
  texts: readonly string[],
  model: TwinModel,
  context: RuleContext & { readonly option: string },
): Variation[] {
  return readRules(texts, model, context).map((variation, i) => {
    if (variation.spread.shape !== "fixed")
      throw new CliError(`${context.option} ${texts[i]}: one value is expected`);
    return variation;
  });
}

/** @throws CliError */
export function readRules(
  texts: readonly string[],
  model: TwinModel,
  context: RuleContext & { readonly option: string },
): Variation[] {
  try {
    return texts.map((text) => parseVariation(text, model, context));
  } catch (error) {
    if (!(error instanceof VariationError)) throw error;
    throw new CliError(error.message, {
      advice: `helix twin show ${model.name} lists what can be set, with its bounds`,
      cause: error,
    });
  }
}
