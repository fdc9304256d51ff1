/** The values that the document itself gives to its quantities; one without a value is refused. */
import type { Term } from "../language/model.ts";
import type { Declared } from "./declared.ts";
import type { Species } from "./document.ts";
import { refused } from "./sbml-error.ts";
import { constant, multiply } from "./term.ts";

/** @throws SbmlRefusal */
export function givenValue(id: string, declared: Exclude<Declared, { readonly kind: "species" }>): Term {
  const value =
    declared.kind === "compartment"
      ? declared.of.size
      : declared.kind === "reference"
        ? declared.of.stoichiometry
        : declared.kind === "parameter"
          ? declared.of.value
          : undefined;
  if (value === undefined) throw refused(declared.of, "quantity without a value", `"${id}"`);
  return constant(value);
}

/** @throws SbmlRefusal */
export function givenAmount(species: Species, sizeAtStart: () => Term): Term {
  const { initialAmount, initialConcentration, id } = species;
  if (initialAmount !== undefined) return constant(initialAmount);
  if (initialConcentration === undefined) throw refused(species, "quantity without a value", `"${id}"`);
  return multiply(constant(initialConcentration), sizeAtStart());
}
