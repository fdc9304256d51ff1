/** One run of an SBML model with everything in it that changes. */
import type { Method } from "../solvers/step.ts";
import type { SbmlDocument } from "./document.ts";
import { readDocument } from "./read-document.ts";
import { runSbml, type SbmlCourse } from "./run-sbml.ts";
import { readSbml, type SbmlModel, type Wanted } from "./twin-of.ts";

/** The model, and the symbols that its rows will hold. @throws SbmlError, SbmlRefusal */
export function readWithSymbols(
  text: string,
  file: string,
): { readonly model: SbmlModel; readonly symbols: readonly string[] } {
  const symbols = changing(readDocument(text, file));
  const wanted = symbols.map((id): Wanted => ({ as: "value", id }));
  return { model: readSbml(text, file, wanted), symbols };
}

/** `points` rows from 0 to `end`, with other values for parameters where `set` has them. */
export function courseOfSbml(
  model: SbmlModel,
  {
    end,
    points,
    method,
    set,
  }: {
    readonly end: number;
    readonly points: number;
    readonly method: Method | undefined;
    readonly set: ReadonlyMap<string, number>;
  },
): SbmlCourse & { readonly times: readonly number[] } {
  const parameters = model.twin.parameters.map((p) => ({ ...p, value: set.get(p.name) ?? p.value }));
  const times = Array.from({ length: points }, (_, i) => (end * i) / (points - 1));
  const changed = { ...model, twin: { ...model.twin, parameters } };
  return { times, ...runSbml(changed, times, method ? { method } : {}) };
}

/** Species, and whatever a rule or an event changes. */
function changing({ species, rules, events }: SbmlDocument): string[] {
  const ruled = rules.filter(({ kind }) => kind !== "initial").map(({ variable }) => variable);
  const set = events.flatMap(({ assignments }) => assignments.map(({ variable }) => variable));
  return [...new Set([...species.map(({ id }) => id), ...ruled, ...set])];
}
