/**
 * Where the writer stood when it signed a mark, in the second half of the mark's sector: an opening
 * goes on from there and need not walk the whole last segment. The CRC over what stands before the
 * point still shows every accidental damage there; deliberate change is for a verification.
 */
import { crc32 } from "node:zlib";
import { concat, isAllZero, toUtf8, viewOf } from "./bytes.ts";
import { Chain } from "./chain.ts";
import { HASH_BYTES } from "./hashing.ts";
import { frontierLength, MerkleTree } from "./merkle-tree.ts";
import { SIGNATURE_BYTES, type SigningKey, type VerifierKey } from "./signing-key.ts";

export const RESUME_BYTES = 2048;
/** "HLXR" as it stands in the file. */
const MAGIC = 0x52584c48;
const FRONTIER_AT = 128;
const SIGNATURE_AT = RESUME_BYTES - SIGNATURE_BYTES;
const SIGNED_PREFIX = toUtf8("helix-ledger/1 resume\n");

export interface ResumePoint {
  readonly segment: number;
  readonly epoch: number;
  /** Where the segment's batches end, in bytes. */
  readonly end: number;
  /** CRC-32 (zlib) over the segment up to there. */
  readonly crc: number;
}

/** @param chain stands at the point, tree included */
export function encodeResumePoint(
  point: ResumePoint,
  ledgerId: Uint8Array,
  chain: Chain,
  key: SigningKey,
): Uint8Array {
  const bytes = new Uint8Array(RESUME_BYTES);
  const view = viewOf(bytes);
  view.setUint32(0, MAGIC, true);
  view.setUint32(4, point.segment, true);
  view.setBigUint64(8, BigInt(point.end), true);
  view.setBigUint64(16, chain.batchNumber, true);
  view.setBigUint64(24, chain.tree.size, true);
  bytes.set(chain.link, 32);
  bytes.set(chain.recordHash, 64);
  view.setUint32(96, point.crc, true);
  view.setUint32(100, point.epoch, true);
  bytes.set(ledgerId, 104);
  bytes.set(concat(...chain.tree.frontier), FRONTIER_AT);
  bytes.set(key.sign(concat(SIGNED_PREFIX, bytes.subarray(0, SIGNATURE_AT))), SIGNATURE_AT);
  return bytes;
}

/** Undefined when the bytes are not a point of this ledger signed by `key`. */
export function decodeResumePoint(
  bytes: Uint8Array,
  ledgerId: Uint8Array,
  key: VerifierKey,
): { point: ResumePoint; chain: Chain } | undefined {
  const view = viewOf(bytes);
  if (view.getUint32(0, true) !== MAGIC) return undefined;
  if (!key.verify(concat(SIGNED_PREFIX, bytes.subarray(0, SIGNATURE_AT)), bytes.subarray(SIGNATURE_AT))) {
    return undefined;
  }
  const size = view.getBigUint64(24, true);
  const hashes = frontierLength(size);
  const frontierEnd = FRONTIER_AT + hashes * HASH_BYTES;
  if (Buffer.compare(bytes.subarray(104, 120), ledgerId) !== 0) return undefined;
  if (frontierEnd > SIGNATURE_AT || !isAllZero(bytes.subarray(frontierEnd, SIGNATURE_AT))) return undefined;
  const frontier = Array.from({ length: hashes }, (_, i) =>
    bytes.slice(FRONTIER_AT + i * HASH_BYTES, FRONTIER_AT + (i + 1) * HASH_BYTES),
  );
  return {
    point: {
      segment: view.getUint32(4, true),
      epoch: view.getUint32(100, true),
      end: Number(view.getBigUint64(8, true)),
      crc: view.getUint32(96, true),
    },
    chain: new Chain({
      batchNumber: view.getBigUint64(16, true),
      link: bytes.slice(32, 64),
      recordHash: bytes.slice(64, 96),
      tree: new MerkleTree(size, frontier),
    }),
  };
}

export const crcOf = (bytes: Uint8Array, before = 0): number => crc32(bytes, before);
