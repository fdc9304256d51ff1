/**
 * Random numbers by counter: the number at (seed, run, dimension) is computed directly, so any run can be
 * drawn again by its index, on any worker, in any order.
 * Philox4x32-10 (Salmon et al., SC11, "Parallel random numbers: as easy as 1, 2, 3").
 */

const MULTIPLIERS = [0xd2511f53, 0xcd9e8d57] as const;
const WEYL = [0x9e3779b9, 0xbb67ae85] as const;
const ROUNDS = 10;

/** Four words from a counter of four and a key of two. All are unsigned 32-bit. */
export function philox(counter: readonly number[], key: readonly number[]): [number, number, number, number] {
  let [a, b, c, d] = counter.map((word) => word >>> 0) as [number, number, number, number];
  let [k0, k1] = key.map((word) => word >>> 0) as [number, number];
  for (let round = 0; round < ROUNDS; round++) {
    const [high0, low0] = wideProduct(MULTIPLIERS[0], a);
    const [high1, low1] = wideProduct(MULTIPLIERS[1], c);
    [a, b, c, d] = [(high1 ^ b ^ k0) >>> 0, low1, (high0 ^ d ^ k1) >>> 0, low0];
    k0 = (k0 + WEYL[0]) >>> 0;
    k1 = (k1 + WEYL[1]) >>> 0;
  }
  return [a, b, c, d];
}

/** Uniform in (0, 1), 53 bits. `seed`: whole number from 0 to 2^53 - 1. */
export function uniformAt(seed: number, run: number, dimension: number): number {
  const [high, low] = philox(
    [run, dimension, Math.floor(run / 2 ** 32), 0],
    [seed, Math.floor(seed / 2 ** 32)],
  );
  return ((high >>> 5) * 2 ** 26 + (low >>> 6) + 0.5) / 2 ** 53;
}

/** High and low word of a 64-bit product. */
function wideProduct(x: number, y: number): [number, number] {
  const [xLow, xHigh] = [x & 0xffff, x >>> 16];
  const [yLow, yHigh] = [y & 0xffff, y >>> 16];
  const lowest = xLow * yLow;
  const middle = xHigh * yLow + (lowest >>> 16);
  const rest = (middle % 0x10000) + xLow * yHigh;
  const high = xHigh * yHigh + Math.floor(middle / 0x10000) + Math.floor(rest / 0x10000);
  return [high >>> 0, Math.imul(x, y) >>> 0];
}
