/** A proportion with its 95 % interval: Wilson 1927, J. Am. Stat. Assoc. 22:209. */
export interface Proportion {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

const Z = 1.959963984540054;

/** @param of at least 1 */
export function proportion(hits: number, of: number): Proportion {
  const value = hits / of;
  const middle = (value + (Z * Z) / (2 * of)) / (1 + (Z * Z) / of);
  const half = (Z / (1 + (Z * Z) / of)) * Math.sqrt((value * (1 - value)) / of + (Z * Z) / (4 * of * of));
  return { value, low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}
