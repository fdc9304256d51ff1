/** What elements of SBML have in common: identifiers, attributes of each type, formulas. */
import type { ParameterValue } from "./document.ts";
import { numberOf } from "./formula.ts";
import { refused, wrong } from "./sbml-error.ts";
import type { Element } from "./xml.ts";

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

/** The first versions of Level 2 let a formula have its own units: its numbers would have to be converted. */
export function refuseOwnUnits(element: Element | undefined, attributes: readonly string[]): void {
  const found = attributes.find((attribute) => element?.attributes.has(attribute));
  if (element && found !== undefined) throw refused(element, `${found} of <${element.name}>`);
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

/** @throws SbmlError */
export function wholeNumber(element: Element, attribute: string): number {
  const value = Number(needed(element, attribute));
  if (!Number.isInteger(value)) throw wrong(element, `${attribute} is not a whole number`);
  return value;
}
