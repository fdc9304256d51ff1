/** An SBML model in the form that runs and ensembles of the engine take. */
import type { CheckedModel } from "../language/check.ts";
import { readSbml, twinForEnsembles } from "./twin-of.ts";

/**
 * SBML names no end of the run: neither does the model.
 * @throws SbmlError, SbmlRefusal; the latter also for events, which only a single run knows
 */
export const readForEngine = (text: string, file: string): CheckedModel => ({
  model: twinForEnsembles(readSbml(text, file), Number.POSITIVE_INFINITY),
  warnings: [],
});
