/** Reactions, and what their species references say as rules. */

import { childMath, needed, numberIn, readParameter, refuseOwnUnits, symbol, truthIn } from "./attributes.ts";
import type { Reaction, Rule, SpeciesReference } from "./document.ts";
import { readMath } from "./formula.ts";
import { refused } from "./sbml-error.ts";
import { childOf, childrenOf, type Element } from "./xml.ts";

/** `rules` are the stoichiometryMath of Level 2, which hold at all times. */
export function readReactions(elements: readonly Element[]): { reactions: Reaction[]; rules: Rule[] } {
  const rules: Rule[] = [];
  return { reactions: elements.map((element) => readReaction(element, rules)), rules };
}

function readReaction(element: Element, rules: Rule[]): Reaction {
  if (truthIn(element, "fast", false)) throw refused(element, "fast reaction");
  const law = childOf(element, "kineticLaw");
  refuseOwnUnits(law, ["timeUnits", "substanceUnits"]);
  const level3 = childrenOf(childOf(law, "listOfLocalParameters"), "localParameter");
  const level2 = childrenOf(childOf(law, "listOfParameters"), "parameter");
  const self = symbol(element);
  const side = (list: string, sign: 1 | -1): SpeciesReference[] =>
    childrenOf(childOf(element, list), "speciesReference").map((reference, i) => {
      const made = `stoichiometry ${i + 1} of ${list === "listOfProducts" ? "products" : "reactants"} of ${self.id}`;
      return readReference(reference, sign, made, rules);
    });
  return {
    ...self,
    references: [...side("listOfReactants", -1), ...side("listOfProducts", 1)],
    rate: readMath(childMath(law)),
    locals: [...level3, ...level2].map(readParameter),
  };
}

function readReference(element: Element, sign: 1 | -1, made: string, rules: Rule[]): SpeciesReference {
  const { file, line, column } = element;
  const id = element.attributes.get("id") ?? made;
  const formula = readMath(childMath(childOf(element, "stoichiometryMath")));
  if (formula) rules.push({ file, line, column, kind: "assignment", variable: id, formula });
  const isLevel2 = !/level3/.test(element.namespace);
  const stoichiometry = numberIn(element, "stoichiometry") ?? (isLevel2 ? 1 : undefined);
  return { file, line, column, id, species: needed(element, "species"), stoichiometry, sign };
}
