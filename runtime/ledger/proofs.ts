/**
 * Inclusion and consistency proofs of RFC 6962 (sections 2.1.1 and 2.1.2), made from the leaves of a
 * ledger and checked against roots alone.
 */
import { equalBytes } from "./bytes.ts";
import { HASH_BYTES, sha256 } from "./hashing.ts";
import { leafHash, nodeHash } from "./merkle-tree.ts";

/** All leaf hashes of a ledger, and the roots of every perfect subtree over them: 64 bytes per record. */
export class ProofTree {
  /** Level k holds the roots over 2^k leaves each. */
  readonly #levels: Uint8Array[][] = [[]];

  get size(): number {
    return this.#level(0).length;
  }

  add(record: Uint8Array): void {
    let hash = leafHash(record);
    for (let height = 0; ; height++) {
      const level = this.#level(height);
      level.push(hash);
      if (level.length % 2 === 1) return;
      hash = nodeHash(level.at(-2) as Uint8Array, hash);
    }
  }

  /** Over the first `size` records. */
  root(size: number): Uint8Array {
    return size === 0 ? sha256(new Uint8Array(0)) : this.#hash(0, size);
  }

  /** From the record's own hash up to the root over `size` records. @throws RangeError */
  inclusion(index: number, size: number): Uint8Array[] {
    if (index < 0 || index >= size || size > this.size) {
      throw new RangeError(`no proof for record ${index} among ${size}, of ${this.size} here`);
    }
    return this.#path(index, 0, size);
  }

  /** That the first `first` of `second` records are still what they were. @throws RangeError */
  consistency(first: number, second: number): Uint8Array[] {
    if (first > second || second > this.size) {
      throw new RangeError(`no proof from ${first} to ${second} records, of ${this.size} here`);
    }
    return first === 0 ? [] : this.#subproof(first, 0, second, true);
  }

  #level(height: number): Uint8Array[] {
    this.#levels[height] ??= [];
    return this.#levels[height];
  }

  /** Over the leaves from `start`, which is a multiple of the largest power of two below `size`. */
  #hash(start: number, size: number): Uint8Array {
    const height = Math.log2(size);
    if (Number.isInteger(height)) return this.#level(height)[start / size] as Uint8Array;
    const left = largestPowerBelow(size);
    return nodeHash(this.#hash(start, left), this.#hash(start + left, size - left));
  }

  #path(index: number, start: number, size: number): Uint8Array[] {
    if (size === 1) return [];
    const left = largestPowerBelow(size);
    return index < left
      ? [...this.#path(index, start, left), this.#hash(start + left, size - left)]
      : [...this.#path(index - left, start + left, size - left), this.#hash(start, left)];
  }

  #subproof(first: number, start: number, size: number, isWhole: boolean): Uint8Array[] {
    if (first === size) return isWhole ? [] : [this.#hash(start, size)];
    const left = largestPowerBelow(size);
    return first <= left
      ? [...this.#subproof(first, start, left, isWhole), this.#hash(start + left, size - left)]
      : [...this.#subproof(first - left, start + left, size - left, false), this.#hash(start, left)];
  }
}

const largestPowerBelow = (size: number): number => 2 ** Math.ceil(Math.log2(size) - 1);

/** Does the path lead from the record to the root over `size` records? (RFC 9162 section 2.1.3.2) */
export function verifyInclusion(
  at: { index: number; size: number; leaf: Uint8Array; root: Uint8Array },
  proof: readonly Uint8Array[],
): boolean {
  let [index, last, hash] = [at.index, at.size - 1, at.leaf];
  if (index < 0 || index > last || proof.some(({ length }) => length !== HASH_BYTES)) return false;
  for (const sibling of proof) {
    if (last === 0) return false;
    if (index % 2 === 1 || index === last) {
      hash = nodeHash(sibling, hash);
      while (index % 2 === 0 && index !== 0) [index, last] = [index / 2, Math.floor(last / 2)];
    } else {
      hash = nodeHash(hash, sibling);
    }
    [index, last] = [Math.floor(index / 2), Math.floor(last / 2)];
  }
  return last === 0 && equalBytes(hash, at.root);
}

/** Is the second tree the first one, grown? (RFC 9162 section 2.1.4.2) */
export function verifyConsistency(
  first: { size: number; root: Uint8Array },
  second: { size: number; root: Uint8Array },
  proof: readonly Uint8Array[],
): boolean {
  if (first.size > second.size || proof.some(({ length }) => length !== HASH_BYTES)) return false;
  if (first.size === 0) return proof.length === 0 && equalBytes(first.root, sha256(new Uint8Array(0)));
  if (first.size === second.size) return proof.length === 0 && equalBytes(first.root, second.root);
  const isPower = Number.isInteger(Math.log2(first.size));
  const [start, ...rest] = isPower ? [first.root, ...proof] : proof;
  if (start === undefined) return false;
  let [index, last] = [first.size - 1, second.size - 1];
  while (index % 2 === 1) [index, last] = [(index - 1) / 2, Math.floor(last / 2)];
  let [old, grown] = [start, start];
  for (const hash of rest) {
    if (last === 0) return false;
    if (index % 2 === 1 || index === last) {
      old = nodeHash(hash, old);
      grown = nodeHash(hash, grown);
      while (index % 2 === 0 && index !== 0) [index, last] = [index / 2, Math.floor(last / 2)];
    } else {
      grown = nodeHash(grown, hash);
    }
    [index, last] = [Math.floor(index / 2), Math.floor(last / 2)];
  }
  return last === 0 && equalBytes(old, first.root) && equalBytes(grown, second.root);
}
