/**
 * Sobol sequence, point by index, with a digital shift from the seed. Direction numbers: Joe and Kuo 2008,
 * in sobol-directions.ts.
 */
import { philox } from "./counter-random.ts";
import { POLYNOMIALS, type Polynomial } from "./sobol-directions.ts";

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

function recurrence(v: Int32Array, k: number, { degree, coefficients }: Polynomial): number {
  const oldest = v[k - degree] as number;
  let next = oldest ^ (oldest >>> degree);
  for (let i = 1; i < degree; i++) if ((coefficients >>> (degree - 1 - i)) & 1) next ^= v[k - i] as number;
  return next;
}
