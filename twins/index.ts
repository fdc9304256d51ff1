/** Twin models, in what does not need their engine. The engine's door is compiled.ts. */

/**
 * The cultures that scenarios can name, and for each the library model of the same culture in its vessel,
 * which simulated instruments step.
 */
export const VESSELS: ReadonlyMap<string, string> = new Map([["cho-fed-batch", "cho-bioreactor"]]);
