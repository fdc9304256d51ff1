/**
 * Puts the parts that a model uses into it: their quantities and equations under the name that the use
 * gives them, what they are given in place of their own values. After that there is one model, and it is
 * checked as if it had been written so: a part that is given the wrong unit is an error like any other.
 */
import { LineError, ModelError } from "./diagnostic.ts";
import { nearest } from "./nearest.ts";
import { placePart } from "./place-part.ts";
import type { ModelSyntax, Use } from "./syntax.ts";

type Parts = ReadonlyMap<string, ModelSyntax>;

/** @throws ModelError for a part that is not there, uses itself, or has nothing of a name that it is given */
export function expandUses(model: ModelSyntax, parts: Parts, file: string): ModelSyntax {
  try {
    return expanded(model, parts, []);
  } catch (error) {
    if (!(error instanceof LineError)) throw error;
    throw new ModelError(file, [{ ...error.place, severity: "error", message: error.message }]);
  }
}

/** `users`: the models in whose parts this one is. @throws LineError */
function expanded(model: ModelSyntax, parts: Parts, users: readonly string[]): ModelSyntax {
  const path = [...users, model.name];
  let whole: ModelSyntax = { ...model, uses: [] };
  for (const use of model.uses.toReversed()) {
    const part = expanded(partOf(use, parts, path), parts, path);
    whole = joined(placePart(part, use, model.time.name), whole);
  }
  return whole;
}

function partOf(use: Use, parts: Parts, path: readonly string[]): ModelSyntax {
  if (path.includes(use.part))
    throw new LineError(use, [...path.slice(path.indexOf(use.part)), use.part].join(" uses "));
  const part = parts.get(use.part);
  if (part) return part;
  const guess = nearest(use.part, parts.keys());
  throw new LineError(use, `there is no part "${use.part}"${guess ? `: did you mean ${guess}?` : ""}`);
}

/** The part's lines first, as if they stood above; its sensors last, for the last one is what a model is run for. */
function joined(part: ModelSyntax, model: ModelSyntax): ModelSyntax {
  return {
    ...model,
    parameters: [...part.parameters, ...model.parameters],
    inputs: [...part.inputs, ...model.inputs],
    changes: [...part.changes, ...model.changes],
    states: [...part.states, ...model.states],
    algebra: [...part.algebra, ...model.algebra],
    equations: [...part.equations, ...model.equations],
    events: [...part.events, ...model.events],
    sensors: [...model.sensors, ...part.sensors],
    balances: [...part.balances, ...model.balances],
    fromParts: new Set([...part.fromParts, ...model.fromParts]),
  };
}
