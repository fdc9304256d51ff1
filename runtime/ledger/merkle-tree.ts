/**
 * Merkle tree of RFC 6962 section 2.1 over SHA-256, kept as its frontier: the roots of the perfect
 * subtrees that the leaves so far make up, largest first. Grows by one leaf in O(log n) and needs
 * 32 bytes per set bit of the size, so it fits into a segment's header.
 */
import { digestText, HASH_BYTES } from "./hashing.ts";

const LEAF = 0x00;
const NODE = 0x01;

/** Where a prefixed input is put together; a longer one gets its own. */
const leafInput = new Uint8Array(4096).fill(LEAF, 0, 1);
const nodeInput = Buffer.alloc(1 + 2 * HASH_BYTES).fill(NODE, 0, 1);

/**
 * A hash as a string of 32 characters, one per byte: node makes and copies those several times
 * faster than buffers, and this is the innermost loop of a verification.
 */
type Digest = string;
const toBytes = (digest: Digest): Uint8Array => new Uint8Array(Buffer.from(digest, "latin1"));
const toDigest = (bytes: Uint8Array): Digest => Buffer.from(bytes).toString("latin1");

function leafDigest(record: Uint8Array): Digest {
  const length = 1 + record.length;
  const input = length <= leafInput.length ? leafInput.subarray(0, length) : new Uint8Array(length);
  input.set(record, 1);
  return digestText(input);
}

function nodeDigest(left: Digest, right: Digest): Digest {
  nodeInput.write(left, 1, "latin1");
  nodeInput.write(right, 1 + HASH_BYTES, "latin1");
  return digestText(nodeInput);
}

export const leafHash = (record: Uint8Array): Uint8Array => toBytes(leafDigest(record));
export const nodeHash = (left: Uint8Array, right: Uint8Array): Uint8Array =>
  toBytes(nodeDigest(toDigest(left), toDigest(right)));

export class MerkleTree {
  /** Exact up to 2^53 records. */
  #size: number;
  readonly #frontier: Digest[];

  /** @throws RangeError when the frontier does not belong to a tree of that size */
  constructor(size = 0n, frontier: readonly Uint8Array[] = []) {
    if (frontier.length !== frontierLength(size)) {
      throw new RangeError(`a tree of ${size} leaves has no frontier of ${frontier.length} hashes`);
    }
    this.#size = Number(size);
    this.#frontier = frontier.map(toDigest);
  }

  get size(): bigint {
    return BigInt(this.#size);
  }

  get frontier(): readonly Uint8Array[] {
    return this.#frontier.map(toBytes);
  }

  append(record: Uint8Array): void {
    let subtree = leafDigest(record);
    // An odd size is a perfect subtree of the same height as the one in hand: they become one.
    for (let size = this.#size; size % 2 === 1; size = (size - 1) / 2) {
      subtree = nodeDigest(this.#frontier.pop() as Digest, subtree);
    }
    this.#frontier.push(subtree);
    this.#size += 1;
  }

  root(): Uint8Array {
    const last = this.#frontier.at(-1);
    if (last === undefined) return toBytes(digestText(new Uint8Array(0)));
    return toBytes(this.#frontier.slice(0, -1).reduceRight((right, left) => nodeDigest(left, right), last));
  }
}

/** Hashes in the frontier of a tree of `size` leaves: the set bits of the size. */
export function frontierLength(size: bigint): number {
  let count = 0;
  for (let bits = size; bits > 0n; bits >>= 1n) count += Number(bits & 1n);
  return count;
}
