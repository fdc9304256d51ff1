/** `--set name=value`: other values for parameters and inputs of one run. */
import { CliError } from "@helix/cli";
import { parseVariation, VariationError, valueAt } from "../ensemble/variation.ts";
import type { TwinModel } from "../language/model.ts";
import type { Changes } from "../solvers/schedule.ts";

export interface Settings {
  readonly parameters: Float64Array;
  readonly changes: Changes;
}

/** @throws CliError for a name that the model lacks, or something that is not one value */
export function readSettings(texts: readonly string[], model: TwinModel): Settings {
  const parameters = Float64Array.from(model.parameters, (p) => p.value);
  const changes = new Map<string, { time: number; value: number }[]>();
  for (const text of texts) {
    const variation = parse(text, model);
    if (variation.spread.shape !== "fixed") throw new CliError(`--set ${text}: one value is expected`);
    const value = valueAt(variation, 0.5);
    const scaled = (old: number) => (variation.relative ? old * value : value);
    const at = model.parameters.findIndex((p) => p.name === variation.name);
    if (at >= 0) parameters[at] = scaled(parameters[at] as number);
    const schedule = model.inputs.find((u) => u.name === variation.name)?.schedule ?? [];
    if (at < 0)
      changes.set(
        variation.name,
        schedule.map((change) => ({ time: change.time, value: scaled(change.value) })),
      );
  }
  return { parameters, changes };
}

function parse(text: string, model: TwinModel) {
  try {
    return parseVariation(text, model);
  } catch (error) {
    if (!(error instanceof VariationError)) throw error;
    throw new CliError(error.message.replace(/^--vary/, "--set"), { cause: error });
  }
}
