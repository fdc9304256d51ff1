/**
 * pH of the broth: bicarbonate buffer, with strong ions (base added), lactate and ammonium in the
 * charge balance: [HCO3-] = strong ions - [lactate-] + [NH4+]. Protein and phosphate buffers, carbonate
 * and hydroxide are left out; they matter little between pH 6.5 and 7.5.
 */

/** Apparent first dissociation of carbonic acid in culture medium at 37 Cel. */
const PK1 = 6.1;
/** Keeps the logarithm defined when acid has used up the buffer; far outside a culture's range. */
const TRACE_MMOL_PER_L = 1e-3;

/** All in mmol/L. */
export interface Ions {
  readonly strongIons: number;
  readonly lactate: number;
  readonly ammonium: number;
  readonly carbonDioxide: number;
}

export function brothPh({ strongIons, lactate, ammonium, carbonDioxide }: Ions): number {
  const bicarbonate = Math.max(strongIons - lactate + ammonium, TRACE_MMOL_PER_L);
  return PK1 + Math.log10(bicarbonate / Math.max(carbonDioxide, TRACE_MMOL_PER_L));
}

/** Strong ions at which the broth has the given pH, mmol/L. */
export function strongIonsForPh(ph: number, rest: Omit<Ions, "strongIons">): number {
  return rest.carbonDioxide * 10 ** (ph - PK1) + rest.lactate - rest.ammonium;
}
