/** SBML Level 2 Version 1 to 5 and Level 3 Version 1 and 2, core, as a document. */
import type { Compartment, ParameterValue, Rule, SbmlDocument, Species } from "./document.ts";
import { numberOf, readLambda, readMath } from "./formula.ts";
import { readEvents } from "./read-events.ts";
import { readReactions } from "./read-reactions.ts";
import { refused, SbmlError, wrong } from "./sbml-error.ts";
import { childOf, childrenOf, type Element, parseXml, textOf } from "./xml.ts";

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
    species: list("Species").map((element) => readSpecies(element, level)),
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

function readSpecies(element: Element, level: number): Species {
  return {
    ...symbol(element),
    compartment: needed(element, "compartment"),
    initialAmount: numberIn(element, "initialAmount"),
    initialConcentration: numberIn(element, "initialConcentration"),
    isAmount: truthIn(element, "hasOnlySubstanceUnits", false),
    isBoundary: truthIn(element, "boundaryCondition", false) || truthIn(element, "constant", false),
    conversionFactor: element.attributes.get("conversionFactor"),
    units: element.attributes.get(level === 2 ? "substanceUnits" : "substanceUnits") ?? "",
  };
}

export const readParameter = (element: Element): ParameterValue => ({
  ...symbol(element),
  value: numberIn(element, "value"),
  units: element.attributes.get("units") ?? "",
});

/** `fallback` for elements that may go without an identifier. */
export function symbol(element: Element, fallback?: string) {
  const { file, line, column } = element;
  const id = fallback === undefined ? needed(element, "id") : (element.attributes.get("id") ?? fallback);
  return { file, line, column, id, title: element.attributes.get("name") ?? "" };
}

export const childMath = (element: Element | undefined): Element | undefined =>
  element?.children.find((child) => child.name === "math");

export function needed(element: Element, attribute: string): string {
  const value = element.attributes.get(attribute);
  if (value === undefined) throw wrong(element, `<${element.name}> needs the attribute ${attribute}`);
  return value.trim();
}

export function numberIn(element: Element, attribute: string): number | undefined {
  const text = element.attributes.get(attribute);
  if (text === undefined) return undefined;
  const value = numberOf(text);
  if (Number.isNaN(value) && text.trim() !== "NaN")
    throw wrong(element, `${attribute}="${text}" is not a number`);
  return value;
}

export function truthIn(element: Element, attribute: string, fallback: boolean): boolean {
  const text = element.attributes.get(attribute)?.trim();
  if (text === undefined) return fallback;
  if (text === "true" || text === "1") return true;
  if (text === "false" || text === "0") return false;
  throw wrong(element, `${attribute}="${text}" is neither true nor false`);
}

function wholeNumber(element: Element, attribute: string): number {
  const value = Number(needed(element, attribute));
  if (!Number.isInteger(value)) throw wrong(element, `${attribute} is not a whole number`);
  return value;
}

function textBelow(element: Element | undefined): string {
  if (!element) return "";
  const inner = element.children.map(textBelow);
  return [textOf(element), ...inner].join(" ").replace(/\s+/g, " ").trim();
}
