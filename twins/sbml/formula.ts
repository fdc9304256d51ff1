/** MathML content markup, as SBML uses it, as a tree. */
import { type Origin, refused, wrong } from "./sbml-error.ts";
import { type Element, textOf } from "./xml.ts";

export type Formula = Origin &
  (
    | { readonly kind: "number"; readonly value: number }
    | { readonly kind: "truth"; readonly value: boolean }
    | { readonly kind: "name"; readonly name: string }
    | { readonly kind: "time" }
    | { readonly kind: "rateOf"; readonly of: string }
    /** `operator` is the name of a MathML element, or of a function definition. */
    | {
        readonly kind: "call";
        readonly operator: string;
        readonly defined: boolean;
        readonly operands: readonly Formula[];
      }
    | {
        readonly kind: "piecewise";
        readonly pieces: readonly { readonly value: Formula; readonly condition: Formula }[];
        readonly otherwise: Formula | undefined;
      }
  );

/** SBML Level 3 Version 2 section 3.4.6: the value is fixed by the specification. */
const AVOGADRO = 6.02214179e23;
const CONSTANTS: Readonly<Record<string, number>> = {
  pi: Math.PI,
  exponentiale: Math.E,
  infinity: Number.POSITIVE_INFINITY,
  notanumber: Number.NaN,
};

/** What a `math` element holds, or undefined when it is empty. */
export function readMath(math: Element | undefined): Formula | undefined {
  const [content, second] = math?.children ?? [];
  if (second) throw wrong(second, "a <math> element holds one expression, and this is the second");
  return content && readFormula(content);
}

/** The parts of `<lambda>`, or undefined when there is none. */
export function readLambda(
  math: Element | undefined,
): { parameters: string[]; body: Formula | undefined } | undefined {
  const lambda = math?.children.find((child) => child.name === "lambda");
  if (!lambda) return undefined;
  const parameters = lambda.children.filter((child) => child.name === "bvar").map(textOfVariable);
  const body = lambda.children.find((child) => child.name !== "bvar");
  return { parameters, body: body && readFormula(body) };
}

const textOfVariable = (bvar: Element): string => (bvar.children[0] ? textOf(bvar.children[0]) : "");

function readFormula(element: Element): Formula {
  const { file, line, column, name } = element;
  const origin = { file, line, column };
  const constant = CONSTANTS[name];
  if (constant !== undefined) return { ...origin, kind: "number", value: constant };
  switch (name) {
    case "cn":
      return { ...origin, kind: "number", value: readNumber(element) };
    case "ci":
      return { ...origin, kind: "name", name: textOf(element) };
    case "true":
    case "false":
      return { ...origin, kind: "truth", value: name === "true" };
    case "csymbol":
      return readSymbol(element);
    case "piecewise":
      return { ...origin, ...readPiecewise(element) };
    case "apply":
      return readApply(element);
    case "semantics":
      return readFormula(firstOf(element));
    default:
      throw wrong(element, `<${name}> is not an expression of SBML`);
  }
}

/** `<cn>`, with its types. */
function readNumber(element: Element): number {
  const parts = element.texts.map((text) => text.trim());
  const [first = "", second = ""] = parts;
  const [a, b] = [numberOf(first), numberOf(second)];
  const type = element.attributes.get("type") ?? "real";
  const value =
    type === "e-notation"
      ? Number(`${first}e${second}`)
      : type === "rational"
        ? a / b
        : type === "integer" || type === "real"
          ? a
          : undefined;
  if (value === undefined) throw wrong(element, `<cn type="${type}"> is not a type of number that SBML has`);
  if (Number.isNaN(value) && !/nan/i.test(first))
    throw wrong(element, `"${parts.join(" ").trim()}" is not a number`);
  return value;
}

export function numberOf(text: string): number {
  const trimmed = text.trim();
  if (/^[+-]?INF$/i.test(trimmed))
    return trimmed.startsWith("-") ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return trimmed === "" ? Number.NaN : Number(trimmed);
}

function readSymbol(element: Element): Formula {
  const url = element.attributes.get("definitionURL") ?? "";
  const symbol = url.split("/").at(-1);
  const { file, line, column } = element;
  if (symbol === "time") return { file, line, column, kind: "time" };
  if (symbol === "avogadro") return { file, line, column, kind: "number", value: AVOGADRO };
  throw wrong(element, `the symbol "${url}" is not known here`);
}

function readPiecewise(element: Element) {
  const pieces = element.children
    .filter((child) => child.name === "piece")
    .map((piece) => {
      const [value, condition] = piece.children;
      if (!value || !condition) throw wrong(piece, "<piece> needs a value and a condition");
      return { value: readFormula(value), condition: readFormula(condition) };
    });
  const otherwise = element.children.find((child) => child.name === "otherwise");
  return { kind: "piecewise", pieces, otherwise: otherwise && readFormula(firstOf(otherwise)) } as const;
}

function readApply(element: Element): Formula {
  const { file, line, column } = element;
  const [operator, ...rest] = element.children;
  if (!operator) throw wrong(element, "<apply> is empty");
  if (operator.name === "csymbol") return readAppliedSymbol(operator, rest);
  const defined = operator.name === "ci";
  const operands = rest
    .filter((child) => child.name !== "degree" && child.name !== "logbase")
    .map(readFormula);
  const qualifier = rest.find((child) => child.name === "degree" || child.name === "logbase");
  if (qualifier) operands.unshift(readFormula(firstOf(qualifier)));
  const name = defined
    ? textOf(operator)
    : qualifier
      ? `${operator.name} with ${qualifier.name}`
      : operator.name;
  return { file, line, column, kind: "call", operator: name, defined, operands };
}

function readAppliedSymbol(operator: Element, operands: readonly Element[]): Formula {
  const symbol = operator.attributes.get("definitionURL")?.split("/").at(-1) ?? "";
  const { file, line, column } = operator;
  if (symbol === "delay") throw refused(operator, "delay (csymbol)", "values of the past are not kept");
  const [of] = operands;
  if (symbol !== "rateOf" || !of) throw wrong(operator, `the symbol "${symbol}" cannot be applied`);
  if (of.name !== "ci") throw wrong(of, "rateOf takes the name of a quantity");
  return { file, line, column, kind: "rateOf", of: textOf(of) };
}

function firstOf(element: Element): Element {
  const [first] = element.children;
  if (!first) throw wrong(element, `<${element.name}> is empty`);
  return first;
}
