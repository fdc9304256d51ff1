/**
 * Words of one line of a model. A number takes the unit that follows it: `0.5 mmol/L`, `2 /h`,
 * `5 10*9{cells}/L`. A unit ends at a blank, a comma, or a parenthesis that it did not open.
 */
import { LineError, type Place } from "./diagnostic.ts";

export type Token = Place &
  (
    | {
        readonly kind: "number";
        readonly value: number;
        readonly unit: string | undefined;
        readonly unitPlace: Place;
      }
    | { readonly kind: "name"; readonly text: string }
    | { readonly kind: "string"; readonly text: string }
    | { readonly kind: "symbol"; readonly text: string }
    | { readonly kind: "unit"; readonly text: string }
    | { readonly kind: "end" }
  );

/** Words that follow a value, and so are never read as its unit. */
const AFTER_A_VALUE = new Set([
  "within",
  "in",
  "as",
  "source",
  "from",
  "to",
  "noise",
  "tolerance",
  "until",
  "then",
  "rises",
  "falls",
  "and",
  "or",
]);

/** Words that a unit follows. */
const BEFORE_A_UNIT = new Set(["in", "as"]);

const SPACE = /\s+/y;
const NUMBER = /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const NAME = /[A-Za-z_][A-Za-z_0-9]*/y;
const STRING = /"([^"]*)"/y;
const SYMBOL = /\.\.|<=|>=|[-+*/^(),=<>:]/y;
const UNIT_START = /[A-Za-z[{%]|1?0[*^]|1\/|\/[A-Za-z[{(]|\d/y;

/** @throws LineError on a character that begins nothing */
export function tokenize(text: string, line: number): Token[] {
  const tokens: Token[] = [];
  let position = 0;
  const place = (at: number): Place => ({ line, column: at + 1 });
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = position;
    const found = pattern.exec(text);
    if (found) position = pattern.lastIndex;
    return found;
  };
  while (position < text.length) {
    if (match(SPACE)) continue;
    if (text[position] === "#") break;
    const at = place(position);
    const previous = tokens.at(-1);
    if (previous?.kind === "name" && BEFORE_A_UNIT.has(previous.text)) {
      tokens.push({ ...at, kind: "unit", text: readUnit() });
      continue;
    }
    const number = match(NUMBER);
    if (number) {
      match(SPACE);
      const unitPlace = place(position);
      const unit = startsUnit() ? readUnit() : undefined;
      tokens.push({ ...at, kind: "number", value: Number(number[0]), unit, unitPlace });
      continue;
    }
    const name = match(NAME);
    const string = name ? null : match(STRING);
    const symbol = name || string ? null : match(SYMBOL);
    if (name) tokens.push({ ...at, kind: "name", text: name[0] });
    else if (string) tokens.push({ ...at, kind: "string", text: string[1] ?? "" });
    else if (symbol) tokens.push({ ...at, kind: "symbol", text: symbol[0] });
    else if (text[position] === '"') throw new LineError(at, 'text without a closing "');
    else throw new LineError(at, `unexpected character "${text[position]}"`);
  }
  tokens.push({ ...place(text.trimEnd().length), kind: "end" });
  return tokens;

  function startsUnit(): boolean {
    UNIT_START.lastIndex = position;
    if (!UNIT_START.test(text)) return false;
    if (text[position] === "/" && text[position - 1] !== " ") return false;
    NAME.lastIndex = position;
    const word = NAME.exec(text)?.[0];
    return word === undefined || !AFTER_A_VALUE.has(word);
  }

  function readUnit(): string {
    const start = position;
    let depth = 0;
    for (; position < text.length; position++) {
      const character = text[position] ?? "";
      if (/[\s,]/.test(character) || (character === ")" && depth === 0)) break;
      if (character === "(") depth++;
      if (character === ")") depth--;
    }
    if (position === start) throw new LineError(place(start), "expected a unit, for example mmol/L");
    return text.slice(start, position);
  }
}
