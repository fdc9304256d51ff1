/** The functions of the model language: how many arguments, and what units they take and give. */
import {
  type CompoundUnit,
  formatUnit,
  ONE,
  raise,
  sameDimension,
  scaleBetween,
} from "../units/unit-algebra.ts";
import { LineError } from "./diagnostic.ts";
import type { Term } from "./model.ts";
import { nearest } from "./nearest.ts";
import type { Expression } from "./syntax.ts";
import {
  apply,
  constant,
  type Measured,
  measure,
  type Scope,
  sameScale,
  scaled,
} from "./units-of-expression.ts";

type Call = Expression & { kind: "call" };
type Rule = (call: Call, list: readonly Measured[]) => Measured;

const FUNCTIONS: Readonly<Record<string, { readonly count: number; readonly rule: Rule }>> = {
  exp: { count: 1, rule: (call, [x]) => ({ term: apply("exp", pure(call, x)), unit: ONE }) },
  log: { count: 1, rule: (call, [x]) => ({ term: apply("log", pure(call, x)), unit: ONE }) },
  log10: {
    count: 1,
    rule: (call, [x]) => ({
      term: apply("divide", apply("log", pure(call, x)), constant(Math.LN10)),
      unit: ONE,
    }),
  },
  tanh: { count: 1, rule: (call, [x]) => ({ term: apply("tanh", pure(call, x)), unit: ONE }) },
  sqrt: {
    count: 1,
    rule: (_, [x]) => ({ term: apply("sqrt", given(x).term), unit: raise(given(x).unit, 0.5) }),
  },
  abs: { count: 1, rule: (_, [x]) => ({ ...given(x), term: apply("abs", given(x).term) }) },
  min: { count: 2, rule: (call, [x, y]) => extreme("min", call, given(x), given(y)) },
  max: { count: 2, rule: (call, [x, y]) => extreme("max", call, given(x), given(y)) },
};

export const FUNCTION_NAMES = [...Object.keys(FUNCTIONS), "if"];

/** @throws LineError */
export function checkCall(call: Call, scope: Scope): Measured {
  if (call.callee === "if") return checkIf(call, scope);
  const known = FUNCTIONS[call.callee];
  if (!known) {
    const guess = nearest(call.callee, FUNCTION_NAMES);
    throw new LineError(
      call,
      `function "${call.callee}" is not known${guess ? `: did you mean ${guess}?` : ""}`,
    );
  }
  if (call.arguments.length !== known.count) throw wrongCount(call, known.count);
  return known.rule(
    call,
    call.arguments.map((argument) => measure(argument, scope)),
  );
}

function checkIf(call: Call, scope: Scope): Measured {
  const [condition, then, otherwise] = call.arguments;
  if (!condition || !then || !otherwise || call.arguments.length !== 3) throw wrongCount(call, 3);
  if (condition.kind !== "binary" || !/^[<>]/.test(condition.operator)) {
    throw new LineError(
      condition,
      "the first argument of if is a comparison, for example if(S < 0.1 g/L, 0, mu)",
    );
  }
  const sides = [measure(condition.left, scope), measure(condition.right, scope)] as const;
  const [a, b] = sameScale(condition, ...sides, "compare");
  const [yes, no, unit] = sameScale(call, measure(then, scope), measure(otherwise, scope), "choose");
  const operation = condition.operator.endsWith("=") ? "lessEqual" : "less";
  const [low, high] = condition.operator.startsWith("<") ? [a, b] : [b, a];
  return { term: apply(operation, low, high, yes, no), unit };
}

function extreme(operation: "min" | "max", call: Call, x: Measured, y: Measured): Measured {
  const [a, b, unit] = sameScale(call, x, y, "compare");
  return { term: apply(operation, a, b), unit };
}

/** The argument as a pure number. @throws LineError */
function pure(call: Call, argument: Measured | undefined): Term {
  const { term, unit } = given(argument);
  if (!sameDimension(unit, ONE)) {
    throw new LineError(
      call,
      `${call.callee} takes a pure number, but its argument is in ${formatUnit(unit as CompoundUnit)}`,
    );
  }
  return scaled(term, scaleBetween(unit, ONE));
}

function given(argument: Measured | undefined): Measured {
  if (!argument) throw new TypeError("argument count was checked before");
  return argument;
}

const wrongCount = (call: Call, count: number): LineError =>
  new LineError(
    call,
    `${call.callee} takes ${count} argument${count === 1 ? "" : "s"}, found ${call.arguments.length}`,
  );
