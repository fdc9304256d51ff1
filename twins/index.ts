/** Twin models: the equations of cultures, and the solver that carries them through time. */
import type { TwinModel } from "./model.ts";
import { choFedBatch } from "./models/cho-fed-batch.ts";

export * from "./engine/dormand-prince.ts";
export * from "./model.ts";
export { stateAfterReferenceRecipe } from "./pre-roll.ts";

/** The models that scenarios can name. */
export const TWINS: ReadonlyMap<string, TwinModel> = new Map([[choFedBatch.name, choFedBatch]]);
