/**
 * Merkle tree of RFC 6962 section 2.1 over SHA-256, kept as its frontier: the roots of the perfect
 * subtrees that the leaves so far make up, largest first. Grows by one leaf in O(log n) and needs
 * 32 bytes per set bit of the size, so it fits into a segment's header.
 */
import { HASH_BYTES, sha256 } from "./hashing.ts";

const LEAF = 0x00;
const NODE = 0x01;

/** Where a prefixed input is put together; a longer one gets its own. */
const leafInput = new Uint8Array(4096).fill(LEAF, 0, 1);
const nodeInput = new Uint8Array(1 + 2 * HASH_BYTES).fill(NODE, 0, 1);

export function leafHash(record: Uint8Array): Uint8Array {
  const length = 1 + record.length;
  const input = length <= leafInput.length ? leafInput.subarray(0, length) : new Uint8Array(length);
  input.set(record, 1);
  return sha256(input);
}

export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  nodeInput.set(left, 1);
  nodeInput.set(right, 1 + HASH_BYTES);
  return sha256(nodeInput);
}

export class MerkleTree {
  /** Exact up to 2^53 records. */
  #size: number;
  readonly #frontier: Uint8Array[];

  /** @throws RangeError when the frontier does not belong to a tree of that size */
  constructor(size = 0n, frontier: readonly Uint8Array[] = []) {
    if (frontier.length !== frontierLength(size)) {
      throw new RangeError(`a tree of ${size} leaves has no frontier of ${frontier.length} hashes`);
    }
    this.#size = Number(size);
    this.#frontier = [...frontier];
  }

  get size(): bigint {
    return BigInt(this.#size);
  }

  get frontier(): readonly Uint8Array[] {
    return this.#frontier;
  }

  append(leaf: Uint8Array): void {
    let subtree = leaf;
    // A set low bit is a perfect subtree of the same height as the one in hand: they become one.
    for (let size = this.#size; size % 2 === 1; size = (size - 1) / 2) {
      subtree = nodeHash(this.#frontier.pop() as Uint8Array, subtree);
    }
    this.#frontier.push(subtree);
    this.#size += 1;
  }

  root(): Uint8Array {
    const last = this.#frontier.at(-1);
    if (last === undefined) return sha256(new Uint8Array(0));
    return this.#frontier.slice(0, -1).reduceRight((right, left) => nodeHash(left, right), last);
  }
}

/** Hashes in the frontier of a tree of `size` leaves: the set bits of the size. */
export function frontierLength(size: bigint): number {
  let count = 0;
  for (let bits = size; bits > 0n; bits >>= 1n) count += Number(bits & 1n);
  return count;
}
