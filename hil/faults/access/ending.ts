import type { Effect } from "./access.ts";

/** What ends once, and gives the same figures when it is asked to end again. */
export function ending<Figures>(finish: () => Figures): Effect<Figures> {
  let figures: { readonly value: Figures } | undefined;
  return { end: () => (figures ??= { value: finish() }).value };
}
