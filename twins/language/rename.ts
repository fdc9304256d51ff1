/** Formulas of a part in the words of the model that uses it. */
import type { Place } from "./diagnostic.ts";
import type { Expression } from "./syntax.ts";

/** The same formula under other names, said to stand at `place`: what is wrong then is how it is used. */
export function renamed(
  expression: Expression,
  names: ReadonlyMap<string, string>,
  { line, column }: Place,
): Expression {
  const at = { line, column };
  const inner = (part: Expression) => renamed(part, names, at);
  switch (expression.kind) {
    case "number":
      return { ...expression, ...at, unitPlace: at };
    case "name":
      return { ...expression, ...at, name: names.get(expression.name) ?? expression.name };
    case "negative":
      return { ...expression, ...at, of: inner(expression.of) };
    case "binary":
      return { ...expression, ...at, left: inner(expression.left), right: inner(expression.right) };
    case "call":
      return { ...expression, ...at, arguments: expression.arguments.map(inner) };
  }
}
