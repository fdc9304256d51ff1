/** What an engine name of an SBML model can be. */
import type { Term } from "../language/model.ts";
import type { Declared } from "./declared.ts";

/** No identifier of SBML has blanks: a parameter may be called "time". */
export const TIME = "time of the run";

export type Definition =
  | { readonly kind: "parameter"; readonly value: number; readonly of: Declared["of"] }
  | { readonly kind: "line"; readonly term: Term }
  | { readonly kind: "state"; readonly initial: () => Term; readonly rate: () => Term };

export const amountName = (species: string): string => `amount of ${species}`;
