/**
 * Gives an expression its unit, and turns it into a `Term`.
 * Quantities of one dimension in different scales (mmol/L and mol/L) are brought to the left side's
 * scale by a factor in the term; different dimensions are an error that shows both sides.
 */
import {
  type CompoundUnit,
  divide,
  formatUnit,
  multiply,
  ONE,
  parseUnit,
  raise,
  sameDimension,
  scaleBetween,
  UnitError,
} from "../units/unit-algebra.ts";
import { LineError, type Place } from "./diagnostic.ts";
import { checkCall } from "./functions.ts";
import type { Operation, Term } from "./model.ts";
import { nearest } from "./nearest.ts";
import type { Expression } from "./syntax.ts";

/** `anyUnit`: the literal 0, which is zero of everything. */
export interface Measured {
  readonly term: Term;
  readonly unit: CompoundUnit;
  readonly anyUnit?: boolean;
}

/** What names mean at this place of the model. */
export interface Scope {
  /** Undefined for a name that is not known here. Counts as a use. */
  unitOf(name: string): CompoundUnit | undefined;
  readonly names: Iterable<string>;
}

export const constant = (value: number): Term => ({ kind: "constant", value });
export const apply = (operation: Operation, ...operands: Term[]): Term => ({
  kind: "apply",
  operation,
  operands,
});

/** @throws LineError */
export function measure(expression: Expression, scope: Scope): Measured {
  switch (expression.kind) {
    case "number":
      return {
        term: constant(expression.value),
        unit: expression.unit === undefined ? ONE : readUnit(expression.unit, expression.unitPlace),
        ...(expression.value === 0 && expression.unit === undefined ? { anyUnit: true } : {}),
      };
    case "name":
      return {
        term: { kind: "name", name: expression.name },
        unit: unitOfName(expression, expression.name, scope),
      };
    case "negative": {
      const inner = measure(expression.of, scope);
      const { term } = inner;
      return { ...inner, term: term.kind === "constant" ? constant(-term.value) : apply("negate", term) };
    }
    case "call":
      return checkCall(expression, scope);
    case "binary":
      return measureBinary(expression, scope);
  }
}

/** @throws LineError at the unit's place */
export function readUnit(text: string, place: Place): CompoundUnit {
  try {
    return parseUnit(text);
  } catch (error) {
    if (error instanceof UnitError) throw new LineError(place, error.message);
    throw error;
  }
}

/**
 * The term in `unit`.
 * @throws LineError with `what` and both units
 */
export function convertTo(unit: CompoundUnit, value: Measured, place: Place, what: string): Term {
  if (value.anyUnit) return value.term;
  if (!sameDimension(unit, value.unit)) {
    throw new LineError(
      place,
      `${what} is in ${formatUnit(unit)}, but the right-hand side is in ${formatUnit(value.unit)}`,
    );
  }
  return scaled(value.term, scaleBetween(value.unit, unit));
}

export function scaled(term: Term, factor: number): Term {
  if (factor === 1) return term;
  return term.kind === "constant" ? constant(term.value * factor) : apply("multiply", term, constant(factor));
}

function unitOfName(place: Place, name: string, scope: Scope): CompoundUnit {
  const unit = scope.unitOf(name);
  if (unit) return unit;
  const guess = nearest(name, scope.names);
  throw new LineError(place, `"${name}" is not known here${guess ? `: did you mean ${guess}?` : ""}`);
}

function measureBinary(expression: Expression & { kind: "binary" }, scope: Scope): Measured {
  const left = measure(expression.left, scope);
  const right = measure(expression.right, scope);
  switch (expression.operator) {
    case "*":
      return { term: apply("multiply", left.term, right.term), unit: multiply(left.unit, right.unit) };
    case "/":
      return { term: apply("divide", left.term, right.term), unit: divide(left.unit, right.unit) };
    case "^":
      return measurePower(expression, left, right);
    case "+":
    case "-": {
      const [a, b, unit] = sameScale(
        expression,
        left,
        right,
        expression.operator === "+" ? "add" : "subtract",
      );
      return { term: apply(expression.operator === "+" ? "add" : "subtract", a, b), unit };
    }
    default:
      throw new LineError(
        expression,
        `"${expression.operator}" stands only in if(condition, then, otherwise)`,
      );
  }
}

/** Both terms in one unit. @throws LineError that shows both sides */
export function sameScale(
  place: Place,
  left: Measured,
  right: Measured,
  verb: string,
): [Term, Term, CompoundUnit] {
  if (left.anyUnit) return [left.term, right.term, right.unit];
  if (right.anyUnit) return [left.term, right.term, left.unit];
  if (!sameDimension(left.unit, right.unit)) {
    const [l, r] = [formatUnit(left.unit), formatUnit(right.unit)];
    throw new LineError(place, `cannot ${verb}: the left side is in ${l}, the right side is in ${r}`);
  }
  return [left.term, scaled(right.term, scaleBetween(right.unit, left.unit)), left.unit];
}

function measurePower(place: Place, base: Measured, exponent: Measured): Measured {
  if (exponent.unit.size > 0) {
    throw new LineError(place, `an exponent has no unit, but this one is in ${formatUnit(exponent.unit)}`);
  }
  const term = apply("power", base.term, exponent.term);
  if (exponent.term.kind === "constant") return { term, unit: raise(base.unit, exponent.term.value) };
  if (base.unit.size > 0) {
    throw new LineError(
      place,
      `a quantity in ${formatUnit(base.unit)} can only be raised to a constant power`,
    );
  }
  return { term, unit: ONE };
}
