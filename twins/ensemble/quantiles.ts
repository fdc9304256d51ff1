/** The quantiles that bands are made of. */
export const QUANTILES = [0.05, 0.25, 0.5, 0.75, 0.95] as const;
