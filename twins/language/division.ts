/**
 * Warns of divisions by something that a state can bring to zero. The range of every denominator is
 * computed from the declared bounds (interval arithmetic): a missing bound counts as unbounded.
 */
import type { Diagnostic, Place } from "./diagnostic.ts";
import type { Term, TwinModel } from "./model.ts";

interface Range {
  readonly low: number;
  readonly high: number;
}

const EVERYTHING: Range = { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };

/** `places` holds where each algebraic line and equation stands. */
export function warnOfZeroDivision(model: TwinModel, places: ReadonlyMap<string, Place>): Diagnostic[] {
  const ranges = new Map<string, Range>([[model.time.name, { low: 0, high: Number.POSITIVE_INFINITY }]]);
  const states = new Set(model.states.map((s) => s.name));
  const dependsOnState = new Set(states);
  for (const p of model.parameters)
    ranges.set(p.name, { low: bound(p.low, p.value), high: bound(p.high, p.value) });
  for (const q of [...model.inputs, ...model.states]) ranges.set(q.name, { low: q.low, high: q.high });
  const lines = [
    ...model.algebra.map((line) => ({ key: line.name, term: line.value })),
    ...model.states.map((state) => ({ key: `d${state.name}/dt`, term: state.rate })),
  ];
  const warnings: Diagnostic[] = [];
  for (const { key, term } of lines) {
    if (namesOf(term).some((name) => dependsOnState.has(name))) dependsOnState.add(key);
    for (const denominator of denominators(term)) {
      const culprit = namesOf(denominator).find((name) => dependsOnState.has(name));
      const range = rangeOf(denominator, ranges);
      const place = places.get(key);
      if (culprit === undefined || range.low > 0 || range.high < 0 || !place) continue;
      const how = states.has(culprit)
        ? `give ${culprit} bounds that exclude it`
        : `bound the states in ${culprit}`;
      warnings.push({
        line: place.line,
        column: place.column,
        severity: "warning",
        message: `${key} divides by something that can be zero when ${culprit} is ${shown(ranges.get(culprit))}: ${how}`,
      });
    }
    ranges.set(key, rangeOf(term, ranges));
  }
  return warnings;
}

const bound = (limit: number, value: number): number => (Number.isFinite(limit) ? limit : value);

const shown = (range: Range | undefined): string =>
  range && Number.isFinite(range.low)
    ? `in ${range.low} .. ${Number.isFinite(range.high) ? range.high : "no limit"}`
    : "without bounds";

function denominators(term: Term): Term[] {
  if (term.kind !== "apply") return [];
  const inner = term.operands.flatMap(denominators);
  const [, divisor] = term.operands;
  return term.operation === "divide" && divisor ? [divisor, ...inner] : inner;
}

function namesOf(term: Term): string[] {
  if (term.kind === "constant") return [];
  return term.kind === "name" ? [term.name] : term.operands.flatMap(namesOf);
}

function rangeOf(term: Term, ranges: ReadonlyMap<string, Range>): Range {
  if (term.kind === "constant") return { low: term.value, high: term.value };
  if (term.kind === "name") return ranges.get(term.name) ?? EVERYTHING;
  const operands = term.operands.map((operand) => rangeOf(operand, ranges));
  const [a = EVERYTHING, b = EVERYTHING, c = EVERYTHING, d = EVERYTHING] = operands;
  switch (term.operation) {
    case "add":
      return { low: a.low + b.low, high: a.high + b.high };
    case "subtract":
      return { low: a.low - b.high, high: a.high - b.low };
    case "negate":
      return { low: -a.high, high: -a.low };
    case "multiply":
      return term.operands[0] === term.operands[1] ? square(a) : products(a, b);
    case "divide":
      return b.low > 0 || b.high < 0 ? products(a, { low: 1 / b.high, high: 1 / b.low }) : EVERYTHING;
    case "exp":
      return { low: Math.exp(a.low), high: Math.exp(a.high) };
    case "sqrt":
      return { low: Math.sqrt(Math.max(0, a.low)), high: Math.sqrt(Math.max(0, a.high)) };
    case "power":
      return a.low >= 0 ? powers(a, b) : EVERYTHING;
    case "tanh":
    case "sin":
    case "cos":
      return { low: -1, high: 1 };
    case "atan":
      return { low: Math.atan(a.low), high: Math.atan(a.high) };
    case "floor":
      return { low: Math.floor(a.low), high: Math.floor(a.high) };
    case "abs":
      return { low: Math.max(0, a.low, -a.high), high: Math.max(-a.low, a.high) };
    case "min":
      return { low: Math.min(a.low, b.low), high: Math.min(a.high, b.high) };
    case "max":
      return { low: Math.max(a.low, b.low), high: Math.max(a.high, b.high) };
    case "less":
    case "lessEqual":
      return { low: Math.min(c.low, d.low), high: Math.max(c.high, d.high) };
    case "log":
      return a.low > 0 ? { low: Math.log(a.low), high: Math.log(a.high) } : EVERYTHING;
  }
}

const square = (a: Range): Range => {
  const ends = [a.low * a.low, a.high * a.high];
  return { low: a.low <= 0 && a.high >= 0 ? 0 : Math.min(...ends), high: Math.max(...ends) };
};

/** 0 times an unbounded factor is 0 here: the factor itself stays finite. */
const times = (x: number, y: number): number => (x === 0 || y === 0 ? 0 : x * y);

function products(a: Range, b: Range): Range {
  const ends = [times(a.low, b.low), times(a.low, b.high), times(a.high, b.low), times(a.high, b.high)];
  return { low: Math.min(...ends), high: Math.max(...ends) };
}

function powers(a: Range, b: Range): Range {
  const ends = [a.low ** b.low, a.low ** b.high, a.high ** b.low, a.high ** b.high].filter(
    (x) => !Number.isNaN(x),
  );
  return { low: Math.min(...ends), high: Math.max(...ends) };
}
