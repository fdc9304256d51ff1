/**
 * Sobol sequence, point by index, with a digital shift from the seed. Direction numbers: Joe and Kuo 2008
 * (SIAM J. Sci. Comput. 30:2635), first ten dimensions.
 */
import { philox } from "./counter-random.ts";

/** Degree and coefficients of the primitive polynomial, and the first direction numbers; dimension 0 has none. */
const POLYNOMIALS: readonly {
  readonly degree: number;
  readonly coefficients: number;
  readonly first: readonly number[];
}[] = [
  { degree: 1, coefficients: 0, first: [1] },
  { degree: 2, coefficients: 1, first: [1, 3] },
  { degree: 3, coefficients: 1, first: [1, 3, 1] },
  { degree: 3, coefficients: 2, first: [1, 1, 1] },
  { degree: 4, coefficients: 1, first: [1, 1, 3, 3] },
  { degree: 4, coefficients: 4, first: [1, 3, 5, 13] },
  { degree: 5, coefficients: 2, first: [1, 1, 5, 5, 17] },
  { degree: 5, coefficients: 4, first: [1, 1, 5, 5, 5] },
  { degree: 5, coefficients: 7, first: [1, 1, 7, 11, 19] },
];

export const MOST_SOBOL_DIMENSIONS = POLYNOMIALS.length + 1;
const BITS = 32;
const DIRECTIONS = Array.from({ length: MOST_SOBOL_DIMENSIONS }, (_, dimension) => directions(dimension));

/**
 * Point `run` in `dimension`, in (0, 1).
 * @throws RangeError beyond the dimensions that the table has
 */
export function sobolAt(seed: number, run: number, dimension: number): number {
  const table = DIRECTIONS[dimension];
  if (!table)
    throw new RangeError(
      `Sobol sampling varies at most ${MOST_SOBOL_DIMENSIONS} quantities; use a Latin hypercube`,
    );
  const gray = run ^ (run >>> 1);
  const [shift, low] = philox([dimension, 0, 0, 2], [seed, Math.floor(seed / 2 ** 32)]);
  let bits: number = shift;
  for (let k = 0; k < BITS; k++) if ((gray >>> k) & 1) bits ^= table[k] as number;
  return ((bits >>> 0) * 2 ** 20 + (low >>> 12) + 0.5) / 2 ** 52;
}

/** Direction numbers as 32-bit fractions. */
function directions(dimension: number): Int32Array {
  const v = new Int32Array(BITS);
  const polynomial = POLYNOMIALS[dimension - 1];
  for (let k = 0; k < BITS; k++) {
    if (!polynomial) v[k] = 1 << (BITS - 1 - k);
    else if (k < polynomial.degree) v[k] = (polynomial.first[k] as number) << (BITS - 1 - k);
    else v[k] = recurrence(v, k, polynomial);
  }
  return v;
}

function recurrence(
  v: Int32Array,
  k: number,
  { degree, coefficients }: (typeof POLYNOMIALS)[number],
): number {
  const oldest = v[k - degree] as number;
  let next = oldest ^ (oldest >>> degree);
  for (let i = 1; i < degree; i++) if ((coefficients >>> (degree - 1 - i)) & 1) next ^= v[k - i] as number;
  return next;
}
