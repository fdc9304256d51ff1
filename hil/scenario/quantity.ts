/**
 * Numbers with a unit as a scenario writes them: `0.024 L/h`, `-1.5 %{airsat}/h`. Units are those of
 * @helix/hal, and rates of change of them.
 */

import { nearest } from "@helix/config";
import { parseRateUnit, UNITS, unitByUcum } from "@helix/hal";

export interface Quantity {
  readonly value: number;
  /** UCUM */
  readonly unit: string;
}

/** What could be read, or why not, in the words of an error message. */
export type Reading<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly message: string; readonly suggestion?: string };

export const read = <T>(value: T): Reading<T> => ({ ok: true, value });
export const unreadable = (message: string, suggestion?: string): Reading<never> =>
  suggestion === undefined ? { ok: false, message } : { ok: false, message, suggestion };

/** A number without its sign, as a regular expression has it. */
export const UNSIGNED = "(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][+-]?\\d+)?";
const QUANTITY = new RegExp(`^\\s*([+-]?${UNSIGNED})\\s*(.*?)\\s*$`);

/** Reads `text`; the unit may be any that HELIX knows, or a rate of one. */
export function parseQuantity(text: string): Reading<Quantity> {
  const match = QUANTITY.exec(text);
  const value = Number(match?.[1]);
  if (!match || !Number.isFinite(value)) return unreadable(`\`${text}\` is not a number with a unit`);
  const unit = match[2] as string;
  if (unit === "") return unreadable(`\`${text}\` has no unit`);
  const known = checkUnit(unit);
  return known.ok ? read({ value, unit }) : known;
}

/** The unit as it is written, if HELIX knows it. */
export function checkUnit(unit: string): Reading<string> {
  if (unitByUcum(unit) || parseRateUnit(unit)) return read(unit);
  const ucum = UNITS.map((u) => u.ucum);
  return unreadable(`unit \`${unit}\` is not known`, nearest(unit, ucum));
}

/** Text that {@link parseQuantity} reads back as the same quantity. */
export const formatQuantity = (q: Quantity): string => `${q.value} ${q.unit}`;

/** What a unit measures: "volume flow", or "change of oxygen saturation" for a rate. */
export function measures(unit: string): string {
  const plain = unitByUcum(unit);
  if (plain) return plain.quantity;
  const rate = parseRateUnit(unit);
  if (rate) return `change of ${rate.unit.quantity}`;
  throw new RangeError(`unit "${unit}" is not known`);
}
