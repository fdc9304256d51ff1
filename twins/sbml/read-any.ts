/** A model in either form, told apart by its first character: SBML is XML. */
import type { CheckedModel } from "../language/check.ts";
import { readModel } from "../language/read-model.ts";
import { readSbml, twinForEnsembles } from "./twin-of.ts";

export const isXml = (text: string): boolean => /^\uFEFF?\s*</.test(text);

/**
 * SBML names no end of the run: neither does its model.
 * @throws ModelError, SbmlError, SbmlRefusal; the last also for events, which only a single run knows
 */
export function readAny(text: string, file: string): CheckedModel {
  if (!isXml(text)) return readModel(text, file);
  return { model: twinForEnsembles(readSbml(text, file), Number.POSITIVE_INFINITY), warnings: [] };
}
