/** Parameters and inputs: plain numbers with units, inside their bounds. */
import type { CompoundUnit } from "../units/unit-algebra.ts";
import type { Names } from "./check-names.ts";
import { LineError, type Place } from "./diagnostic.ts";
import type { Input, Parameter, Quantity, Term } from "./model.ts";
import type { Change, Declaration } from "./syntax.ts";
import { toldUnit } from "./told-unit.ts";
import { convertTo, type Measured, measure, readUnit } from "./units-of-expression.ts";

const NO_NAMES = { names: [], unitOf: () => undefined };

/** @throws LineError */
export function checkParameter(declaration: Declaration, names: Names): Parameter {
  const { value, unit } = numberOf(declaration, "parameter");
  names.define(declaration.name, unit, declaration, "parameter");
  requireWithin(declaration, declaration.name, value, declaration);
  return { ...quantity(declaration, unit), value };
}

/** @throws LineError */
export function checkInput(
  declaration: Declaration,
  changes: readonly Change[],
  names: Names,
  timeUnit: CompoundUnit,
): Input {
  const { value, unit } = numberOf(declaration, "input");
  names.define(declaration.name, unit, declaration, "input");
  requireWithin(declaration, declaration.name, value, declaration);
  const schedule = [{ time: 0, value }];
  for (const change of changes) {
    const time = constantIn(timeUnit, change.time, change, "the time of a change");
    const next = constantIn(unit, change.value, change, declaration.name);
    requireWithin(declaration, declaration.name, next, change);
    if (time <= (schedule.at(-1)?.time ?? 0))
      throw new LineError(
        change,
        `changes must be in order of time: ${time} is not after ${schedule.at(-1)?.time}`,
      );
    schedule.push({ time, value: next });
  }
  return { ...quantity(declaration, unit), schedule };
}

/** The number a term is, when it is one. */
export const constantValue = (term: Term): number | undefined =>
  term.kind === "constant" ? term.value : undefined;

function numberOf(declaration: Declaration, kind: string): { value: number; unit: CompoundUnit } {
  const measured = measure(declaration.value, NO_NAMES);
  const unit = declaration.unit ? readUnit(declaration.unit.text, declaration.unit.place) : measured.unit;
  const value = constantValue(convertTo(unit, measured, declaration, declaration.name));
  if (value === undefined)
    throw new LineError(
      declaration,
      `${kind} ${declaration.name} must be a number; a formula belongs in algebra`,
    );
  if (!Number.isFinite(value))
    throw new LineError(declaration, `${kind} ${declaration.name} is not a finite number`);
  return { value, unit };
}

/** A bare number is taken in `unit`. */
function constantIn(unit: CompoundUnit, expression: Change["time"], place: Place, what: string): number {
  const measured = measure(expression, NO_NAMES);
  const bare = expression.kind === "number" && expression.unit === undefined;
  const value: Measured = bare ? { ...measured, unit } : measured;
  const known = constantValue(convertTo(unit, value, place, what));
  if (known === undefined) throw new LineError(place, `${what} must be a number`);
  return known;
}

function requireWithin({ bounds }: Declaration, name: string, value: number, place: Place): void {
  if (!bounds || (value >= bounds.low && value <= bounds.high)) return;
  throw new LineError(place, `${name} = ${value} is outside its bounds ${bounds.low} .. ${bounds.high}`);
}

const quantity = (declaration: Declaration, unit: CompoundUnit): Quantity => ({
  name: declaration.name,
  unit: toldUnit(declaration, unit),
  text: declaration.text,
  source: declaration.source,
  low: declaration.bounds?.low ?? Number.NEGATIVE_INFINITY,
  high: declaration.bounds?.high ?? Number.POSITIVE_INFINITY,
});
