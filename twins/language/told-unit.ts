/**
 * The unit that a quantity is told in. `as g/L` gives one to a bare number: a published formula that takes logarithms
 * and powers of numbers is written as it was printed, and what the numbers count is still known outside it.
 */
import { type CompoundUnit, formatUnit, ONE, sameDimension } from "../units/unit-algebra.ts";
import { LineError } from "./diagnostic.ts";
import type { Declaration } from "./syntax.ts";
import { readUnit } from "./units-of-expression.ts";

/** @throws LineError where `as` stands with something that has a unit already */
export function toldUnit({ name, counted }: Declaration, unit: CompoundUnit): string {
  if (!counted) return formatUnit(unit);
  if (!sameDimension(unit, ONE))
    throw new LineError(
      counted.place,
      `${name} is in ${formatUnit(unit)}: "as ${counted.text}" is for bare numbers; to convert write "in ${counted.text}"`,
    );
  return formatUnit(readUnit(counted.text, counted.place));
}
