/**
 * A segment is one file of the ledger: a header of one sector, then batches (FORMAT.md section 2).
 * The header restates where the chain and the tree stand and is signed, so a ledger opens by its
 * last segment alone; it also fixes what the segment before it ends with.
 */
import { concat, equalBytes, isAllZero, SECTOR_BYTES, toUtf8, viewOf } from "./bytes.ts";
import { Chain } from "./chain.ts";
import { HASH_BYTES, tornHash } from "./hashing.ts";
import { frontierLength, MerkleTree } from "./merkle-tree.ts";
import { SIGNATURE_BYTES, type SigningKey, type VerifierKey } from "./signing-key.ts";

/** "HLXS" as it stands in the file. */
const MAGIC = 0x53584c48;
const FORMAT = 1;
const FRONTIER_AT = 176;
const SIGNATURE_AT = SECTOR_BYTES - SIGNATURE_BYTES;
const SIGNED_PREFIX = toUtf8("helix-ledger/1 segment\n");
const NAME = /^seg-0000-(\d{8})\.hlx$/;

/** @param number counts from 0; the first four digits are the key epoch, 0 until keys rotate */
export const segmentName = (number: number): string => `seg-0000-${String(number).padStart(8, "0")}.hlx`;

/** Undefined when the name is not one of a segment. */
export function segmentNumber(name: string): number | undefined {
  const digits = NAME.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** What a segment fixes of the one before it. */
export interface PreviousSegment {
  /** Up to where it holds batches. */
  readonly validLength: number;
  /** Bytes after that, left by a crash; and their hash. */
  readonly tailLength: number;
  readonly tailHash: Uint8Array;
}

export interface SegmentHeader {
  readonly number: number;
  readonly ledgerId: Uint8Array;
  /** ns since 1970 UTC */
  readonly createdUtcNs: bigint;
  readonly previous: PreviousSegment;
}

/** For the first segment of a ledger. */
export const NO_PREVIOUS: PreviousSegment = sealedAt(0, new Uint8Array(0));

export function sealedAt(validLength: number, tail: Uint8Array): PreviousSegment {
  return { validLength, tailLength: tail.length, tailHash: tornHash(tail) };
}

export function encodeSegmentHeader(header: SegmentHeader, chain: Chain, key: SigningKey): Uint8Array {
  const bytes = new Uint8Array(SECTOR_BYTES);
  const view = viewOf(bytes);
  view.setUint32(0, MAGIC, true);
  view.setUint16(4, FORMAT, true);
  view.setUint16(6, SECTOR_BYTES, true);
  view.setUint32(8, header.number, true);
  bytes.set(header.ledgerId, 16);
  view.setBigUint64(32, chain.sequence, true);
  view.setBigUint64(40, chain.batchNumber, true);
  view.setBigInt64(48, header.createdUtcNs, true);
  bytes.set(chain.link, 56);
  bytes.set(chain.recordHash, 88);
  view.setBigUint64(120, BigInt(header.previous.validLength), true);
  view.setBigUint64(128, BigInt(header.previous.tailLength), true);
  bytes.set(header.previous.tailHash, 136);
  bytes.set(concat(...chain.tree.frontier), FRONTIER_AT);
  bytes.set(key.sign(concat(SIGNED_PREFIX, bytes.subarray(0, SIGNATURE_AT))), SIGNATURE_AT);
  return bytes;
}

/** The header and the chain it starts from; or in words why the file does not start with one. */
export function decodeSegmentHeader(
  file: Uint8Array,
  key: VerifierKey,
): { header: SegmentHeader; chain: Chain } | string {
  if (file.length < SECTOR_BYTES) return "segment header is incomplete";
  const bytes = file.slice(0, SECTOR_BYTES);
  const view = viewOf(bytes);
  if (view.getUint32(0, true) !== MAGIC) return "no segment header here";
  if (!key.verify(concat(SIGNED_PREFIX, bytes.subarray(0, SIGNATURE_AT)), bytes.subarray(SIGNATURE_AT))) {
    return "segment header is not signed by this ledger's key";
  }
  const size = view.getBigUint64(32, true);
  const frontier = Array.from({ length: frontierLength(size) }, (_, i) =>
    bytes.subarray(FRONTIER_AT + i * HASH_BYTES, FRONTIER_AT + (i + 1) * HASH_BYTES),
  );
  return {
    header: {
      number: view.getUint32(8, true),
      ledgerId: bytes.subarray(16, 32),
      createdUtcNs: view.getBigInt64(48, true),
      previous: {
        validLength: Number(view.getBigUint64(120, true)),
        tailLength: Number(view.getBigUint64(128, true)),
        tailHash: bytes.subarray(136, 136 + HASH_BYTES),
      },
    },
    chain: new Chain({
      batchNumber: view.getBigUint64(40, true),
      link: bytes.subarray(56, 88),
      recordHash: bytes.subarray(88, 120),
      tree: new MerkleTree(size, frontier),
    }),
  };
}

/** Do both stand at the same place of the same ledger? */
export const sameChain = (a: Chain, b: Chain): boolean =>
  a.sequence === b.sequence &&
  a.batchNumber === b.batchNumber &&
  equalBytes(a.link, b.link) &&
  equalBytes(a.recordHash, b.recordHash) &&
  equalBytes(a.tree.root(), b.tree.root());

/** Undefined when the file ends as the next segment's header says; else what differs. */
export function endProblem(file: Uint8Array, end: number, sealed: PreviousSegment): string | undefined {
  if (end !== sealed.validLength) return `batches end at ${end}, the next segment says ${sealed.validLength}`;
  const tail = file.subarray(end);
  // Zeros after the last batch are room that was never used.
  if (sealed.tailLength === 0 && isAllZero(tail)) return undefined;
  if (tail.length !== sealed.tailLength || !equalBytes(tornHash(tail), sealed.tailHash)) {
    return "bytes after the last batch are not those that the next segment recorded";
  }
  return undefined;
}
