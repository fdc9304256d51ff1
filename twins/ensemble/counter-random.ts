/**
 * Random numbers by counter: the number at (seed, run, dimension) is computed directly, so any run can be
 * drawn again by its index, on any worker, in any order.
 * Philox4x32-10 (Salmon et al., SC11, "Parallel random numbers: as easy as 1, 2, 3").
 */

const MULTIPLIERS = [0xd2511f53, 0xcd9e8d57] as const;
const WEYL = [0x9e3779b9, 0xbb67ae85] as const;
const ROUNDS = 10;

/** Four unsigned 32-bit words from a counter of four and a key of two. */
export function philox(counter: readonly number[], key: readonly number[]): [number, number, number, number] {
  const [a = 0, b = 0, c = 0, d = 0] = counter;
  const [k0 = 0, k1 = 0] = key;
  generate(a, b, c, d, k0, k1);
  return [...words] as [number, number, number, number];
}

/** Uniform in (0, 1), 53 bits. `seed`: whole number from 0 to 2^53 - 1. */
export function uniformAt(seed: number, run: number, dimension: number): number {
  generate(run, dimension, Math.floor(run / 2 ** 32), 0, seed, Math.floor(seed / 2 ** 32));
  return (((words[0] as number) >>> 5) * 2 ** 26 + ((words[1] as number) >>> 6) + 0.5) / 2 ** 53;
}

/** The words of the last call: an ensemble draws millions, and an array for each would be work for the collector. */
const words = new Uint32Array(4);

function generate(a: number, b: number, c: number, d: number, k0: number, k1: number): void {
  for (let round = 0; round < ROUNDS; round++) {
    const high0 = highProduct(MULTIPLIERS[0], a);
    const high1 = highProduct(MULTIPLIERS[1], c);
    const low0 = Math.imul(MULTIPLIERS[0], a);
    const low1 = Math.imul(MULTIPLIERS[1], c);
    a = high1 ^ b ^ k0;
    b = low1;
    c = high0 ^ d ^ k1;
    d = low0;
    k0 = (k0 + WEYL[0]) | 0;
    k1 = (k1 + WEYL[1]) | 0;
  }
  words[0] = a;
  words[1] = b;
  words[2] = c;
  words[3] = d;
}

/** Upper word of the 64-bit product of two unsigned words. */
function highProduct(x: number, y: number): number {
  const xLow = x & 0xffff;
  const xHigh = x >>> 16;
  const yLow = y & 0xffff;
  const yHigh = y >>> 16;
  const middle = (Math.imul(xHigh, yLow) + (Math.imul(xLow, yLow) >>> 16)) >>> 0;
  const rest = (Math.imul(xLow, yHigh) + (middle & 0xffff)) >>> 0;
  return (Math.imul(xHigh, yHigh) + (middle >>> 16) + (rest >>> 16)) | 0;
}
