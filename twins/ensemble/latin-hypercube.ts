/**
 * Latin hypercube without a table: in every dimension each of N equal strata is used by exactly one run.
 * The stratum of a run comes from a keyed permutation that is computed for that run alone.
 */
import { uniformAt } from "./counter-random.ts";

/** Point of `run` (0 .. runs - 1) in `dimension`, in (0, 1). */
export function latinHypercubeAt(seed: number, run: number, runs: number, dimension: number): number {
  const stratum = permuted(run, runs, seed, dimension);
  return (stratum + uniformAt(seed, run, dimension)) / runs;
}

const FEISTEL_ROUNDS = 6;

/** A permutation of 0 .. count - 1: Feistel network over the next even power of two, walked until inside. */
function permuted(index: number, count: number, seed: number, dimension: number): number {
  const half = Math.max(1, Math.ceil(Math.log2(Math.max(2, count)) / 2));
  const mask = 2 ** half - 1;
  const key = mixed(seed ^ mixed(Math.floor(seed / 2 ** 32) ^ mixed(dimension)));
  let value = index;
  do {
    let left = Math.floor(value / (mask + 1));
    let right = value & mask;
    for (let round = 0; round < FEISTEL_ROUNDS; round++) {
      const next = left ^ (mixed(right ^ mixed(key + round)) & mask);
      left = right;
      right = next;
    }
    value = left * (mask + 1) + right;
  } while (value >= count);
  return value;
}

/** Every bit of the result depends on every bit of `word` (finaliser of MurmurHash3, Appleby 2011). */
function mixed(word: number): number {
  let bits = word ^ (word >>> 16);
  bits = Math.imul(bits, 0x85ebca6b);
  bits ^= bits >>> 13;
  bits = Math.imul(bits, 0xc2b2ae35);
  return bits ^ (bits >>> 16);
}
