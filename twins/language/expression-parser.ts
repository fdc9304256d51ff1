/** Formulas: + - * / ^, unary minus, calls, and comparisons inside if(condition, then, otherwise). */
import type { BinaryOperator, Expression } from "./syntax.ts";
import type { TokenReader } from "./token-reader.ts";

/** @throws LineError */
export const parseExpression = (reader: TokenReader): Expression => parseSum(reader);

const COMPARISONS = ["<", "<=", ">", ">="] as const;

/** A comparison, or a plain formula. @throws LineError */
function parseArgument(reader: TokenReader): Expression {
  const left = parseSum(reader);
  const place = reader.place();
  for (const operator of COMPARISONS) {
    if (reader.takeIf(operator)) return { ...place, kind: "binary", operator, left, right: parseSum(reader) };
  }
  return left;
}

const parseSum = (reader: TokenReader): Expression => parseChain(reader, ["+", "-"], parseProduct);
const parseProduct = (reader: TokenReader): Expression => parseChain(reader, ["*", "/"], parseSigned);

function parseChain(
  reader: TokenReader,
  operators: readonly BinaryOperator[],
  parseOperand: (reader: TokenReader) => Expression,
): Expression {
  let left = parseOperand(reader);
  for (;;) {
    const place = reader.place();
    const operator = operators.find((candidate) => reader.takeIf(candidate));
    if (!operator) return left;
    left = { ...place, kind: "binary", operator, left, right: parseOperand(reader) };
  }
}

/** One value with its sign, no sum: `-2 g/L`, `(a + b)`, `exp(x)`. @throws LineError */
export function parseSigned(reader: TokenReader): Expression {
  const place = reader.place();
  if (reader.takeIf("-")) return { ...place, kind: "negative", of: parseSigned(reader) };
  return parsePower(reader);
}

/** Binds tighter than the sign before it and from the right: -a^b^c is -(a^(b^c)). */
function parsePower(reader: TokenReader): Expression {
  const base = parsePrimary(reader);
  const place = reader.place();
  if (!reader.takeIf("^")) return base;
  return { ...place, kind: "binary", operator: "^", left: base, right: parseSigned(reader) };
}

function parsePrimary(reader: TokenReader): Expression {
  const token = reader.peek();
  const { line, column } = token;
  if (token.kind === "number") {
    reader.take();
    return { line, column, kind: "number", value: token.value, unit: token.unit, unitPlace: token.unitPlace };
  }
  if (reader.takeIf("(")) {
    const inner = parseSum(reader);
    reader.expect(")", "to close the parenthesis");
    return inner;
  }
  const name = reader.name("a number, a name or (");
  if (!reader.takeIf("(")) return { line, column, kind: "name", name };
  const list = [parseArgument(reader)];
  while (reader.takeIf(",")) list.push(parseArgument(reader));
  reader.expect(")", `to close ${name}(`);
  return { line, column, kind: "call", callee: name, arguments: list };
}
