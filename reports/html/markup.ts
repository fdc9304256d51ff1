/**
 * Markup that cannot be broken out of: the template tag escapes every value but markup made by
 * itself. What it writes is well-formed as XML too, so that a report can be checked by machine.
 */

/** Finished markup. Only {@link html} and {@link trusted} make it. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toString(): string {
    return this.text;
  }
}

export type Content = Markup | string | number | undefined | readonly Content[];

/** Values are escaped; lists are joined; undefined writes nothing. */
export function html(strings: TemplateStringsArray, ...values: readonly Content[]): Markup {
  let out = strings[0] ?? "";
  for (const [index, value] of values.entries()) out += render(value) + (strings[index + 1] ?? "");
  return new Markup(out);
}

/** For constants of our own (style, script) and path data made of numbers. Never for a record's text. */
export const trusted = (text: string): Markup => new Markup(text);

export const nothing = new Markup("");

function render(value: Content): string {
  if (value === undefined) return "";
  if (value instanceof Markup) return value.text;
  if (typeof value === "string") return escapeText(value);
  if (typeof value === "number") return String(value);
  return value.map(render).join("");
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/**
 * Safe in element content and in quoted attributes, of HTML and of XML. Characters that neither
 * may hold become U+FFFD; characters that turn the reading direction round are spelt out, or a
 * text could be shown as another than it is.
 */
export function escapeText(text: string): string {
  return text
    .toWellFormed()
    .replace(FORBIDDEN, "\ufffd")
    .replace(DIRECTION, (c) => `[U+${c.charCodeAt(0).toString(16).toUpperCase()}]`)
    .replace(/[&<>"']/g, (c) => ENTITIES[c] ?? c);
}

const FORBIDDEN = new RegExp(
  "[\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f\\ufffe\\uffff]",
  "g",
);
const DIRECTION = new RegExp("[\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069]", "g");
