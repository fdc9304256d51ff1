/**
 * What a rule sets: a parameter, an input over the whole run, an input in some pieces of it (`feed[6..14]`, days
 * unless said otherwise), or a state at the start.
 */
import type { Quantity, TwinModel } from "../language/model.ts";
import { nearest } from "../language/nearest.ts";
import { parseUnit, sameDimension, scaleBetween } from "../units/unit-algebra.ts";

export interface Target {
  readonly name: string;
  readonly kind: "parameter" | "input" | "state";
  /** Of an input: set from `from` (inclusive) to `to` (exclusive); the whole run where absent. */
  readonly span?: { readonly from: number; readonly to: number };
}

/** A rule or target that cannot be used; the message says why and what is known. */
export class VariationError extends Error {
  override readonly name = "VariationError";
}

const TARGET = /^([A-Za-z]\w*)(?:\[(\d+)(?:\.\.(\d+))?\])?$/;

/**
 * One target per piece: `feed[1..14]` has fourteen, `mu_max` one.
 * @param piece length of a piece in the model's time unit
 * @throws VariationError
 */
export function parseTargets(text: string, model: TwinModel, piece = dayOf(model)): Target[] {
  const [whole, name = text, first, last = first] = TARGET.exec(text) ?? [];
  const kind = kindOf(whole === undefined ? text : name, model);
  if (first === undefined) return [{ name, kind }];
  if (kind !== "input")
    throw new VariationError(`${text}: ${name} is a ${kind}; only an input has pieces in time`);
  const [from, to] = [Number(first), Number(last)];
  if (from < 1) throw new VariationError(`${text}: pieces are counted from 1`);
  if (from > to) throw new VariationError(`${text}: the pieces are reversed: ${from} is after ${to}`);
  const { end, unit } = model.time;
  if ((to - 1) * piece >= end)
    throw new VariationError(
      `${text}: piece ${to} would begin at ${(to - 1) * piece} ${unit}, and the run ends at ${end} ${unit}`,
    );
  return Array.from({ length: to - from + 1 }, (_, i) => ({
    name,
    kind,
    span: { from: (from + i - 1) * piece, to: (from + i) * piece },
  }));
}

/** A day in the model's time unit. @throws VariationError where time has no unit */
export function dayOf(model: TwinModel): number {
  const unit = parseUnit(model.time.unit);
  const day = parseUnit("d");
  if (!sameDimension(unit, day)) throw new VariationError(`${model.name} does not run in time: say --piece`);
  return scaleBetween(day, unit);
}

/** The quantity that a target sets. */
export function quantityOf({ kind, name }: Target, model: TwinModel): Quantity {
  const list: readonly Quantity[] =
    kind === "parameter" ? model.parameters : kind === "input" ? model.inputs : model.states;
  const found = list.find((quantity) => quantity.name === name);
  if (!found) throw new RangeError(`${model.name} has no ${kind} ${name}`);
  return found;
}

function kindOf(name: string, model: TwinModel): Target["kind"] {
  if (model.parameters.some((p) => p.name === name)) return "parameter";
  if (model.inputs.some((u) => u.name === name)) return "input";
  if (model.states.some((s) => s.name === name))
    throw new VariationError(
      `${name}: a state of ${model.name} follows from the run; vary a parameter or an input instead`,
    );
  const known = [...model.parameters, ...model.inputs].map((q) => q.name);
  const guess = nearest(name, known);
  throw new VariationError(
    `${name}: ${model.name} has no parameter or input of that name${guess ? `: did you mean ${guess}?` : `; it has ${known.join(", ")}`}`,
  );
}
