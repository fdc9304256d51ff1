/** Formulas as terms: names resolved, function definitions put in, conditions as 1 and 0. */
import type { Term } from "../language/model.ts";
import type { FunctionDefinition } from "./document.ts";
import type { Formula } from "./formula.ts";
import { OPERATORS } from "./operators.ts";
import { refused, wrong } from "./sbml-error.ts";
import { choose, constant, equal, not } from "./term.ts";

export interface Scope {
  readonly functions: ReadonlyMap<string, FunctionDefinition>;
  readonly time: Term;
  /** What a name stands for, or undefined for one that nothing has. */
  readonly resolve: (name: string) => Value | undefined;
  readonly rateOf: (name: string) => Term;
  /** Told of every comparison, as 1 or 0. */
  readonly compared?: (term: Term) => void;
}

/** A number, or a condition as 1 and 0. */
export interface Value {
  readonly term: Term;
  readonly isTruth: boolean;
}

/** A function may use others; one that is deeper than this uses itself. */
const DEEPEST = 100;

export const numberTerm = (formula: Formula, scope: Scope): Term => lower(formula, scope, 0).term;

/** 1 or 0; a number counts as true unless it is 0. */
export const truthTerm = (formula: Formula, scope: Scope): Term => truth(lower(formula, scope, 0), scope);

function truth({ term, isTruth }: Value, scope: Scope): Term {
  if (isTruth) return term;
  if (term.kind !== "constant") tellOfComparisons("neq", [term, constant(0)], scope);
  return not(equal(term, constant(0)));
}

const asNumber = (term: Term): Value => ({ term, isTruth: false });

function lower(formula: Formula, scope: Scope, depth: number): Value {
  switch (formula.kind) {
    case "number":
      return asNumber(constant(formula.value));
    case "truth":
      return { term: constant(formula.value ? 1 : 0), isTruth: true };
    case "time":
      return asNumber(scope.time);
    case "rateOf":
      return asNumber(scope.rateOf(formula.of));
    case "name": {
      const value = scope.resolve(formula.name);
      if (!value) throw wrong(formula, `"${formula.name}" is not defined`);
      return value;
    }
    case "piecewise":
      return lowerPiecewise(formula, scope, depth);
    case "call":
      return formula.defined ? callFunction(formula, scope, depth) : applyOperator(formula, scope, depth);
  }
}

/** Where no piece holds and there is no otherwise, the value is not a number. */
function lowerPiecewise(formula: Formula & { kind: "piecewise" }, scope: Scope, depth: number): Value {
  const otherwise = formula.otherwise
    ? lower(formula.otherwise, scope, depth)
    : { term: constant(Number.NaN), isTruth: true };
  return formula.pieces.reduceRight<Value>((rest, piece) => {
    const value = lower(piece.value, scope, depth);
    const condition = truth(lower(piece.condition, scope, depth), scope);
    return { term: choose(condition, value.term, rest.term), isTruth: value.isTruth && rest.isTruth };
  }, otherwise);
}

function applyOperator(formula: Formula & { kind: "call" }, scope: Scope, depth: number): Value {
  const operator = OPERATORS[formula.operator];
  if (!operator) throw wrong(formula, `<${formula.operator}> is not an operator of SBML`);
  const count = formula.operands.length;
  if (count < operator.least || count > operator.most)
    throw wrong(formula, `<${formula.operator}> does not take ${count} operand${count === 1 ? "" : "s"}`);
  const values = formula.operands.map((operand) => lower(operand, scope, depth));
  const terms = values.map((value) => (operator.takesTruth ? truth(value, scope) : value.term));
  if (operator.givesTruth && !operator.takesTruth) tellOfComparisons(formula.operator, terms, scope);
  try {
    return { term: operator.build(...terms), isTruth: operator.givesTruth };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw refused(formula, formula.operator, error.message);
  }
}

/** Of neighbouring operands; where equality may come and go, both sides of it. */
function tellOfComparisons(operator: string, terms: readonly Term[], { compared }: Scope): void {
  const ofPair = operator === "eq" || operator === "neq" ? ["lt", "gt"] : [operator];
  for (const [i, b] of terms.slice(1).entries()) {
    for (const each of ofPair) compared?.(OPERATORS[each]?.build(terms[i] as Term, b) as Term);
  }
}

function callFunction(formula: Formula & { kind: "call" }, scope: Scope, depth: number): Value {
  const definition = scope.functions.get(formula.operator);
  if (!definition) throw wrong(formula, `function "${formula.operator}" is not defined`);
  if (depth > DEEPEST) throw wrong(formula, `function "${formula.operator}" uses itself`);
  const { parameters, body } = definition;
  if (!body) throw refused(definition, "function without a formula", definition.id);
  if (parameters.length !== formula.operands.length)
    throw wrong(
      formula,
      `${formula.operator} takes ${parameters.length} argument${parameters.length === 1 ? "" : "s"}, found ${formula.operands.length}`,
    );
  const given = new Map(
    parameters.map((name, i) => [name, lower(formula.operands[i] as Formula, scope, depth)] as const),
  );
  // rateOf of an argument that is itself a name means the rate of that name.
  const named = new Map(parameters.map((name, i) => [name, formula.operands[i] as Formula]));
  const rateOf = (name: string): Term => {
    const argument = named.get(name);
    return scope.rateOf(argument?.kind === "name" ? argument.name : name);
  };
  return lower(body, { ...scope, resolve: (name) => given.get(name), rateOf }, depth + 1);
}
