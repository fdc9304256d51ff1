/** Terms of the engine, written shortly; truth is the number 1 or 0. */
import type { Operation, Term } from "../language/model.ts";

export const constant = (value: number): Term => ({ kind: "constant", value });
export const name = (text: string): Term => ({ kind: "name", name: text });
export const ZERO = constant(0);
export const ONE = constant(1);

export function apply(operation: Operation, ...operands: Term[]): Term {
  return { kind: "apply", operation, operands };
}

export const isConstant = (term: Term, value: number): boolean =>
  term.kind === "constant" && term.value === value;

export function add(a: Term, b: Term): Term {
  if (isConstant(a, 0)) return b;
  return isConstant(b, 0) ? a : apply("add", a, b);
}

export function multiply(a: Term, b: Term): Term {
  if (isConstant(a, 1)) return b;
  return isConstant(b, 1) ? a : apply("multiply", a, b);
}

export function divide(a: Term, b: Term): Term {
  return isConstant(b, 1) ? a : apply("divide", a, b);
}

export const not = (a: Term): Term => apply("subtract", ONE, a);
export const equal = (a: Term, b: Term): Term =>
  apply("lessEqual", a, b, apply("lessEqual", b, a, ONE, ZERO), ZERO);

/** `truth` ? yes : no. A comparison chooses by itself. */
export function choose(truth: Term, yes: Term, no: Term): Term {
  if (truth.kind === "constant") return truth.value === 0 ? no : yes;
  if (truth.kind === "apply" && (truth.operation === "less" || truth.operation === "lessEqual")) {
    const [a, b, whenTrue, whenFalse] = truth.operands as [Term, Term, Term, Term];
    if (isConstant(whenTrue, 1) && isConstant(whenFalse, 0)) return apply(truth.operation, a, b, yes, no);
  }
  return apply("less", constant(0.5), truth, yes, no);
}

/** Names in a term, each once. */
export function namesOf(term: Term, into = new Set<string>(), seen = new Set<Term>()): Set<string> {
  if (seen.has(term)) return into;
  seen.add(term);
  if (term.kind === "name") into.add(term.name);
  if (term.kind === "apply") for (const operand of term.operands) namesOf(operand, into, seen);
  return into;
}

/** With every name replaced; shared parts stay shared. */
export function substitute(term: Term, replace: (name: string) => Term, done = new Map<Term, Term>()): Term {
  const known = done.get(term);
  if (known) return known;
  let result = term;
  if (term.kind === "name") result = replace(term.name);
  if (term.kind === "apply") {
    const operands = term.operands.map((operand) => substitute(operand, replace, done));
    result = apply(term.operation, ...operands);
  }
  done.set(term, result);
  return result;
}
