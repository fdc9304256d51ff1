/** SBML Level 2 Version 1 to 5 and Level 3 Version 1 and 2, core, as a document. */

import { childMath, needed, numberIn, readParameter, symbol, truthIn, wholeNumber } from "./attributes.ts";
import type { Compartment, Rule, SbmlDocument, Species } from "./document.ts";
import { readLambda, readMath } from "./formula.ts";
import { readEvents } from "./read-events.ts";
import { readReactions } from "./read-reactions.ts";
import { refused, wrong } from "./sbml-error.ts";
import { childOf, type Element, parseXml, textOf } from "./xml.ts";

const CORE = /^http:\/\/www\.sbml\.org\/sbml\/level(\d)(?:\/version(\d))?(?:\/core)?$/;
const PACKAGE = /^http:\/\/www\.sbml\.org\/sbml\/level3\/version\d+\/([^/]+)\/version\d+$/;
const LAST_VERSION: Readonly<Record<number, number>> = { 2: 5, 3: 2 };

/** @throws SbmlError, SbmlRefusal: one line with file, line and column */
export function readDocument(text: string, file: string): SbmlDocument {
  const root = parseXml(text, file);
  if (root.name !== "sbml" || !CORE.test(root.namespace)) {
    throw wrong(root, `this is not SBML: the root is <${root.name}>, not <sbml> in an SBML namespace`);
  }
  const [level, version] = [wholeNumber(root, "level"), wholeNumber(root, "version")];
  if (version < 1 || version > (LAST_VERSION[level] ?? 0)) {
    throw wrong(
      root,
      `SBML Level ${level} Version ${version} is not read: Level 2 Version 1 to 5 and Level 3 Version 1 and 2 are`,
    );
  }
  refusePackages(root);
  const model = childOf(root, "model");
  if (!model) throw wrong(root, "the file holds no model");
  const list = (name: string): Element[] =>
    childOf(model, `listOf${name}`)?.children.filter((c) => c.namespace === model.namespace) ?? [];
  const { reactions, rules: stoichiometries } = readReactions(list("Reactions"));
  return {
    ...symbol(model, ""),
    level,
    version,
    notes: textBelow(childOf(model, "notes")),
    timeUnits: model.attributes.get("timeUnits") ?? "",
    conversionFactor: model.attributes.get("conversionFactor"),
    functions: list("FunctionDefinitions").map((element) => ({
      ...symbol(element),
      ...(readLambda(childMath(element)) ?? { parameters: [], body: undefined }),
    })),
    compartments: list("Compartments").map((element) => readCompartment(element, level)),
    species: list("Species").map(readSpecies),
    parameters: list("Parameters").map(readParameter),
    rules: [
      ...list("InitialAssignments").flatMap((element) => readRule(element, "initial", "symbol")),
      ...list("Rules").flatMap(readListedRule),
      ...stoichiometries,
    ],
    reactions,
    events: readEvents(list("Events"), level),
  };
}

/** A package marked as required changes what the model means. */
function refusePackages(root: Element): void {
  for (const { namespace, name, value } of root.foreign) {
    const [, id] = PACKAGE.exec(namespace) ?? [];
    if (name === "required" && value.trim() !== "false" && value.trim() !== "0")
      throw refused(root, `package ${id ?? namespace}`, "the file says that it is required");
  }
}

const readListedRule = (element: Element): Rule[] => {
  if (element.name === "algebraicRule") throw refused(element, "algebraic rule");
  return readRule(element, element.name === "rateRule" ? "rate" : "assignment", "variable");
};

/** Nothing when there is no formula: the rule then says nothing. */
function readRule(element: Element, kind: Rule["kind"], attribute: string): Rule[] {
  const formula = readMath(childMath(element));
  const { file, line, column } = element;
  return formula ? [{ file, line, column, kind, variable: needed(element, attribute), formula }] : [];
}

function readCompartment(element: Element, level: number): Compartment {
  const dimensions = numberIn(element, "spatialDimensions") ?? (level === 2 ? 3 : undefined);
  return {
    ...symbol(element),
    size: numberIn(element, "size"),
    dimensions,
    units: element.attributes.get("units") ?? "",
  };
}

function readSpecies(element: Element): Species {
  return {
    ...symbol(element),
    compartment: needed(element, "compartment"),
    initialAmount: numberIn(element, "initialAmount"),
    initialConcentration: numberIn(element, "initialConcentration"),
    isAmount: truthIn(element, "hasOnlySubstanceUnits", false),
    isBoundary: truthIn(element, "boundaryCondition", false) || truthIn(element, "constant", false),
    conversionFactor: element.attributes.get("conversionFactor"),
    units: element.attributes.get("substanceUnits") ?? "",
  };
}

function textBelow(element: Element | undefined): string {
  if (!element) return "";
  const inner = element.children.map(textBelow);
  return [textOf(element), ...inner].join(" ").replace(/\s+/g, " ").trim();
}
