/**
 * Where the writer stood when it signed a mark, in the second half of the mark's sector: an opening
 * goes on from there and need not walk the whole last segment. The CRC over what stands before the
 * point still shows every accidental damage there; deliberate change is for a verification. Its size
 * and frontier are proven by the mark's signed root; for the rest the writer leaves itself a MAC,
 * which costs a fortieth of a second signature.
 */
import { crc32 } from "node:zlib";
import { type BatchSector, concat, equalBytes, isAllZero, viewOf } from "./bytes.ts";
import { Chain } from "./chain.ts";
import { HASH_BYTES, resumeHash } from "./hashing.ts";
import { frontierLength, MerkleTree } from "./merkle-tree.ts";
import type { WriterSecret } from "./signing-key.ts";

export const RESUME_BYTES = 2048;
/** "HLXR" as it stands in the file. */
const MAGIC = 0x52584c48;
const FRONTIER_AT = 128;
const MAC_AT = RESUME_BYTES - 2 * HASH_BYTES;
const HASH_AT = RESUME_BYTES - HASH_BYTES;

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
  secret: WriterSecret,
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
  bytes.set(secret.mac(bytes.subarray(0, MAC_AT)), MAC_AT);
  bytes.set(resumeHash(bytes.subarray(0, HASH_AT)), HASH_AT);
  return bytes;
}

/** Only the holder of the private key can tell whether the writer wrote it. */
export const isOwnResumePoint = (bytes: Uint8Array, secret: WriterSecret): boolean =>
  equalBytes(secret.mac(bytes.subarray(0, MAC_AT)), bytes.subarray(MAC_AT, HASH_AT));

/** Undefined when the bytes are not a point of this ledger, or have changed. */
export function decodeResumePoint(
  bytes: Uint8Array,
  { ledgerId, sector }: { readonly ledgerId: Uint8Array; readonly sector: BatchSector },
): { point: ResumePoint; chain: Chain } | undefined {
  const view = viewOf(bytes);
  if (view.getUint32(0, true) !== MAGIC) return undefined;
  if (!equalBytes(resumeHash(bytes.subarray(0, HASH_AT)), bytes.subarray(HASH_AT))) return undefined;
  const size = view.getBigUint64(24, true);
  const hashes = frontierLength(size);
  const frontierEnd = FRONTIER_AT + hashes * HASH_BYTES;
  if (!equalBytes(bytes.subarray(104, 120), ledgerId)) return undefined;
  if (frontierEnd > MAC_AT || !isAllZero(bytes.subarray(frontierEnd, MAC_AT))) return undefined;
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
      sector,
      batchNumber: view.getBigUint64(16, true),
      link: bytes.slice(32, 64),
      recordHash: bytes.slice(64, 96),
      tree: new MerkleTree(size, frontier),
    }),
  };
}

export const crcOf = (bytes: Uint8Array, before = 0): number => crc32(bytes, before);
