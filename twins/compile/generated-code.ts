/**
 * Turns generated text into functions: the one place where code is made at run time. The text comes from
 * the printers of this folder only, whose names are slots and numbers, never words of a model.
 */

/** The value of `body`, whose free names are given by `given`. */
export function evaluateGenerated(body: string, given: Readonly<Record<string, unknown>> = {}): unknown {
  // oxlint-disable-next-line typescript/no-implied-eval -- compiling models is what this package is for
  const make = new Function(...Object.keys(given), body) as (...values: unknown[]) => unknown;
  return make(...Object.values(given));
}
