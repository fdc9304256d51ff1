/** One declared quantity: its value, and in any order its unit, what it counts, bounds, tolerance, noise, text and source. */
import { LineError } from "./diagnostic.ts";
import { parseExpression } from "./expression-parser.ts";
import type { Bounds, Declaration, WrittenUnit } from "./syntax.ts";
import type { TokenReader } from "./token-reader.ts";

/** @throws LineError */
export function parseDeclaration(reader: TokenReader): Declaration {
  const place = reader.place();
  const name = reader.name("a name");
  reader.expect("=", `after ${name}`);
  const value = parseExpression(reader);
  const found: {
    -readonly [K in
      | "unit"
      | "counted"
      | "bounds"
      | "tolerance"
      | "noise"
      | "text"
      | "source"]?: Declaration[K];
  } = {};
  while (!reader.atEnd()) {
    const token = reader.peek();
    if (reader.takeIf("in")) found.unit = takeUnit(reader, "in");
    else if (reader.takeIf("as")) found.counted = takeUnit(reader, "as");
    else if (reader.takeIf("within")) found.bounds = parseBounds(reader, token.line, token.column);
    else if (reader.takeIf("tolerance")) found.tolerance = positive(reader, "the tolerance");
    else if (reader.takeIf("noise")) found.noise = positive(reader, "the noise");
    else if (reader.takeIf("source")) found.source = reader.string("the source");
    else if (token.kind === "string" && found.text === undefined) found.text = reader.string("a description");
    else reader.fail("expected in, as, within, tolerance, noise, source or a description in quotation marks");
  }
  return {
    ...place,
    name,
    value,
    unit: found.unit,
    counted: found.counted,
    bounds: found.bounds,
    tolerance: found.tolerance,
    noise: found.noise,
    text: found.text ?? "",
    source: found.source ?? "",
  };
}

function takeUnit(reader: TokenReader, after: string): WrittenUnit {
  const token = reader.take();
  if (token.kind !== "unit") throw new LineError(token, `expected a unit after ${after}, for example mmol/L`);
  return { text: token.text, place: { line: token.line, column: token.column } };
}

/** `low .. high`, in the quantity's own unit. */
function parseBounds(reader: TokenReader, line: number, column: number): Bounds {
  const low = reader.number("the lower bound");
  reader.expect("..", "between the bounds");
  const high = reader.number("the upper bound");
  if (low > high) throw new LineError({ line, column }, `bounds are reversed: ${low} is above ${high}`);
  return { line, column, low, high };
}

function positive(reader: TokenReader, what: string): number {
  const place = reader.place();
  const value = reader.number(what);
  if (!(value > 0)) throw new LineError(place, `${what} must be above 0`);
  return value;
}
