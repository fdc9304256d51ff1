/**
 * From inoculation to a given time along the model's own reference recipe: the past of a run that
 * begins in mid-batch.
 */
import { DormandPrince } from "./engine/dormand-prince.ts";
import type { CultureInputs, TwinModel } from "./model.ts";

const TOLERANCES = { rtol: 1e-9, atol: 1e-12 };

/** State vector at `endH >= 0` hours, with the reference feed and the nominal temperature. */
export function stateAfterReferenceRecipe(model: TwinModel, endH: number): Float64Array {
  const y = model.initialState();
  let inputs: CultureInputs;
  const solver = new DormandPrince((_t, state, dydt) => model.rightHandSide(state, dydt, inputs), y.length);
  // The feed is constant between its changes; a step must not straddle one.
  const boundaries = [0, ...model.referenceFeedChanges(endH), endH];
  for (const [index, end] of boundaries.slice(1).entries()) {
    const begin = boundaries[index] as number;
    inputs = { feed: model.referenceFeed(begin), temperature: model.nominalTemperature };
    solver.integrate(begin, end, y, TOLERANCES);
  }
  return y;
}
