/**
 * Largest relative difference of any final state from the reference, of as many trajectories as are given;
 * states below 1e-3 count as 1e-3.
 */
export function worstError(values: Float64Array, reference: Float64Array): number {
  return values.reduce(
    (worst, value, i) =>
      Math.max(
        worst,
        Math.abs(value - (reference[i] as number)) / Math.max(1e-3, Math.abs(reference[i] as number)),
      ),
    0,
  );
}
