/** Why a trajectory cannot even start. */
import type { Quantity, TwinModel } from "../language/model.ts";
import type { Outcome } from "./outcome.ts";

/** Parameters and inputs must be numbers, and every state must start within its bounds. */
export function startProblem(
  model: TwinModel,
  parameters: Float64Array,
  inputs: Float64Array,
  state: Float64Array,
): Outcome["failure"] {
  const notFinite = firstNotFinite(parameters, model.parameters) ?? firstNotFinite(inputs, model.inputs);
  if (notFinite) return { reason: "non-finite-parameter", detail: notFinite };
  for (let i = 0; i < model.states.length; i++) {
    const { name, low, high } = model.states[i] as TwinModel["states"][number];
    const value = state[i] as number;
    if (value >= low && value <= high) continue;
    return {
      reason: "start-out-of-bounds",
      detail: `${name} starts at ${value}, outside ${low} .. ${high}`,
    };
  }
  return undefined;
}

function firstNotFinite(values: Float64Array, quantities: readonly Quantity[]): string | undefined {
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) return `${quantities[i]?.name} is ${values[i]}`;
  }
  return undefined;
}
