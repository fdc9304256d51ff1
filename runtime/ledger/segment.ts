/**
 * A segment is one file of the ledger: a header of one sector, then batches (FORMAT.md section 2).
 * The header restates where the chain and the tree stand and is signed, so a ledger opens by its
 * last segment alone; it also fixes what the segment before it ends with.
 */
import type { Disk } from "@helix/platform";
import {
  concat,
  equalBytes,
  isAllZero,
  isBatchSector,
  SECTOR_BYTES,
  toUtf8,
  viewOf,
  withoutZeroTail,
} from "./bytes.ts";
import { Chain } from "./chain.ts";
import { HASH_BYTES, tornHash } from "./hashing.ts";
import type { KeyHistory } from "./key-history.ts";
import { frontierLength, MerkleTree } from "./merkle-tree.ts";
import { FORMAT } from "./policy.ts";
import { SIGNATURE_BYTES, type SigningKey } from "./signing-key.ts";

/** "HLXS" as it stands in the file. */
const MAGIC = 0x53584c48;
const FRONTIER_AT = 176;
const SIGNATURE_AT = SECTOR_BYTES - SIGNATURE_BYTES;
const SIGNED_PREFIX = toUtf8("helix-ledger/1 segment\n");
const NAME = /^seg-(\d{4})-(\d{8})\.hlx$/;

/** Which file a segment is: counted from 0 over the ledger's life, and by the key that signs it. */
export interface SegmentFile {
  readonly number: number;
  readonly epoch: number;
  readonly name: string;
}

export function segmentFile(number: number, epoch: number): SegmentFile {
  const name = `seg-${String(epoch).padStart(4, "0")}-${String(number).padStart(8, "0")}.hlx`;
  return { number, epoch, name };
}

/** Undefined when the name is not one of a segment. */
export function parseSegmentName(name: string): SegmentFile | undefined {
  const [, epoch, number] = NAME.exec(name) ?? [];
  return number === undefined ? undefined : { number: Number(number), epoch: Number(epoch), name };
}

/** Rising. */
export const listSegments = async (disk: Disk, folder: string): Promise<readonly SegmentFile[]> =>
  (await disk.list(folder))
    .map(parseSegmentName)
    .filter((file) => file !== undefined)
    .sort((a, b) => a.number - b.number || a.epoch - b.epoch);

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
  /** Of the key that signs it. */
  readonly epoch: number;
  readonly ledgerId: Uint8Array;
  /** ns since 1970 UTC */
  readonly createdUtcNs: bigint;
  readonly previous: PreviousSegment;
}

/** For the first segment of a ledger. */
export const NO_PREVIOUS: PreviousSegment = sealedAt(0, new Uint8Array(0));

/** @param rest of the file; zeros at its end are unused room and do not count */
export function sealedAt(validLength: number, rest: Uint8Array): PreviousSegment {
  const tail = withoutZeroTail(rest);
  return { validLength, tailLength: tail.length, tailHash: tornHash(tail) };
}

export function encodeSegmentHeader(header: SegmentHeader, chain: Chain, key: SigningKey): Uint8Array {
  const bytes = new Uint8Array(SECTOR_BYTES);
  const view = viewOf(bytes);
  view.setUint32(0, MAGIC, true);
  view.setUint16(4, FORMAT, true);
  view.setUint16(6, chain.sector, true);
  view.setUint32(8, header.number, true);
  view.setUint32(12, header.epoch, true);
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
  keys: KeyHistory,
): { header: SegmentHeader; chain: Chain } | string {
  if (file.length < SECTOR_BYTES) return "segment header is incomplete";
  const bytes = file.slice(0, SECTOR_BYTES);
  const view = viewOf(bytes);
  if (view.getUint32(0, true) !== MAGIC) return "no segment header here";
  const epoch = view.getUint32(12, true);
  const key = keys.keyOf(epoch);
  if (!key?.verify(concat(SIGNED_PREFIX, bytes.subarray(0, SIGNATURE_AT)), bytes.subarray(SIGNATURE_AT))) {
    return "segment header is not signed by this ledger's key";
  }
  const sector = view.getUint16(6, true);
  if (!isBatchSector(sector)) return `batches of ${sector}-byte sectors are of another format`;
  const size = view.getBigUint64(32, true);
  const frontier = Array.from({ length: frontierLength(size) }, (_, i) =>
    bytes.subarray(FRONTIER_AT + i * HASH_BYTES, FRONTIER_AT + (i + 1) * HASH_BYTES),
  );
  return {
    header: {
      number: view.getUint32(8, true),
      epoch,
      ledgerId: bytes.subarray(16, 32),
      createdUtcNs: view.getBigInt64(48, true),
      previous: {
        validLength: Number(view.getBigUint64(120, true)),
        tailLength: Number(view.getBigUint64(128, true)),
        tailHash: bytes.subarray(136, 136 + HASH_BYTES),
      },
    },
    chain: new Chain({
      sector,
      batchNumber: view.getBigUint64(40, true),
      link: bytes.subarray(56, 88),
      recordHash: bytes.subarray(88, 120),
      tree: new MerkleTree(size, frontier),
    }),
  };
}

/** Do both stand at the same place of the same ledger? */
export const sameChain = (a: Chain, b: Chain): boolean =>
  sameFrame(a, b) && equalBytes(a.tree.root(), b.tree.root());

/** The same, as far as batches and records tell without the tree. */
export const sameFrame = (a: Frame, b: Frame): boolean =>
  a.sequence === b.sequence &&
  a.batchNumber === b.batchNumber &&
  equalBytes(a.link, b.link) &&
  equalBytes(a.recordHash, b.recordHash);

type Frame = Pick<Chain, "sequence" | "batchNumber" | "link" | "recordHash">;

/** Undefined when the file ends as the next segment's header says; else what differs. */
export function endProblem(file: Uint8Array, end: number, sealed: PreviousSegment): string | undefined {
  if (end !== sealed.validLength) return `batches end at ${end}, the next segment says ${sealed.validLength}`;
  const tail = file.subarray(end);
  const torn = tail.subarray(0, sealed.tailLength);
  // Zeros after it are room that was never used.
  if (!equalBytes(tornHash(torn), sealed.tailHash) || !isAllZero(tail.subarray(sealed.tailLength))) {
    return "bytes after the last batch are not those that the next segment recorded";
  }
  return undefined;
}
