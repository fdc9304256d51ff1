/**
 * One batch: header, records, trailer, zeros up to the sector (FORMAT.md section 3). A batch is
 * what one datasync makes durable; since it ends on a sector, no later write touches it.
 */
import {
  type BatchSector,
  concat,
  equalAt,
  equalBytes,
  isAllZero,
  padTo,
  toUtf8,
  uint32At,
  viewOf,
} from "./bytes.ts";
import type { Chain } from "./chain.ts";
import { batchHash, HASH_BYTES, recordHash } from "./hashing.ts";
import { PREVIOUS_HASH_AT, placeRecord, recordLengthAt } from "./record-codec.ts";
import type { WriterSecret } from "./signing-key.ts";

export const BATCH_HEADER_BYTES = 96;
export const TRAILER_BYTES = 72;
/** "HLXB" and "HLXE" as they stand in the file. */
const HEADER_MAGIC = 0x42584c48;
const TRAILER_MAGIC = 0x45584c48;
const HASH_AT = 8;
const TAG_AT = 40;
const TAG_PREFIX = toUtf8("helix-ledger/2 batch\n");

export interface SealedBatch {
  /** Padded to the sector. */
  readonly bytes: Uint8Array;
  /** One per record, in order. */
  readonly recordHashes: readonly Uint8Array[];
  /** Each whole record, within `bytes`. */
  readonly records: readonly Uint8Array[];
}

/** Bytes that a batch of these records takes in the file. */
export const batchLength = (drafts: readonly Uint8Array[], sector: BatchSector): number =>
  padTo(sector, BATCH_HEADER_BYTES + totalLength(drafts) + TRAILER_BYTES);

/**
 * Moves `chain` past the batch, all but its tree: that is for whoever has seen the batch become
 * durable, since the acknowledgement need not wait for it.
 */
export function sealBatch(drafts: readonly Uint8Array[], chain: Chain, secret: WriterSecret): SealedBatch {
  const bodyLength = totalLength(drafts);
  const trailerAt = BATCH_HEADER_BYTES + bodyLength;
  const bytes = new Uint8Array(padTo(chain.sector, trailerAt + TRAILER_BYTES));
  const view = viewOf(bytes);
  const start = { number: chain.batchNumber, firstSequence: chain.sequence, link: chain.link };
  bytes.set(encodeHeader(start, drafts.length, bodyLength));
  const records: Uint8Array[] = [];
  const recordHashes: Uint8Array[] = [];
  let at = BATCH_HEADER_BYTES;
  for (const draft of drafts) {
    bytes.set(draft, at);
    placeRecord(view, bytes, at, { sequence: chain.sequence, previousHash: chain.recordHash });
    const record = bytes.subarray(at, at + draft.length);
    const hash = recordHash(record);
    chain.addRecord(hash);
    records.push(record);
    recordHashes.push(hash);
    at += draft.length;
  }
  const trailer = encodeTrailer(hashOfBatch(bytes, 0, chain.recordHash), secret);
  bytes.set(trailer, trailerAt);
  chain.addBatch(trailer);
  return { bytes, recordHashes, records };
}

const totalLength = (parts: readonly Uint8Array[]): number =>
  parts.reduce((sum, part) => sum + part.length, 0);

/** @param lastRecordHash stands for the records: each one holds the hash of the one before it */
const hashOfBatch = (file: Uint8Array, offset: number, lastRecordHash: Uint8Array): Uint8Array =>
  batchHash(concat(file.subarray(offset, offset + BATCH_HEADER_BYTES), lastRecordHash));

/** @param bodyLength of all records together, in bytes */
export function encodeHeader(
  start: { number: bigint; firstSequence: bigint; link: Uint8Array },
  count: number,
  bodyLength: number,
): Uint8Array {
  const header = new Uint8Array(BATCH_HEADER_BYTES);
  const view = viewOf(header);
  view.setUint32(0, HEADER_MAGIC, true);
  view.setUint32(4, count, true);
  view.setBigUint64(8, start.number, true);
  view.setBigUint64(16, start.firstSequence, true);
  view.setUint32(24, bodyLength, true);
  header.set(start.link, 32);
  return header;
}

function encodeTrailer(hash: Uint8Array, secret: WriterSecret): Uint8Array {
  const trailer = new Uint8Array(TRAILER_BYTES);
  viewOf(trailer).setUint32(0, TRAILER_MAGIC, true);
  trailer.set(hash, HASH_AT);
  trailer.set(secret.mac(concat(TAG_PREFIX, hash)), TAG_AT);
  return trailer;
}

export interface BatchRecord {
  readonly bytes: Uint8Array;
  readonly offset: number;
  readonly hash: Uint8Array;
}

export interface Batch {
  readonly number: bigint;
  readonly firstSequence: bigint;
  readonly previousLink: Uint8Array;
  /** Each whole record, where it starts in the file, and its hash. */
  readonly records: readonly BatchRecord[];
  readonly trailer: Uint8Array;
  /** Padding included. */
  readonly length: number;
}

/** The batch at `offset`, or in words why there is none that is whole. */
export function decodeBatch(file: Uint8Array, offset: number, sector: BatchSector): Batch | string {
  if (file.length - offset < BATCH_HEADER_BYTES) return "batch header is incomplete";
  const view = viewOf(file);
  if (view.getUint32(offset, true) !== HEADER_MAGIC) return "no batch header here";
  const bodyLength = view.getUint32(offset + 24, true);
  const trailerAt = offset + BATCH_HEADER_BYTES + bodyLength;
  const end = offset + padTo(sector, BATCH_HEADER_BYTES + bodyLength + TRAILER_BYTES);
  if (end > file.length) return "batch is longer than the file";
  const trailer = file.subarray(trailerAt, trailerAt + TRAILER_BYTES);
  if (uint32At(trailer, 0) !== TRAILER_MAGIC) return "no batch trailer where the header puts it";
  const reserved = [
    file.subarray(offset + 28, offset + 32),
    file.subarray(offset + 64, offset + BATCH_HEADER_BYTES),
    trailer.subarray(4, 8),
    file.subarray(trailerAt + TRAILER_BYTES, end),
  ];
  if (!reserved.every(isAllZero)) return "bytes that must be zero are not";
  const records = splitRecords(file.subarray(0, trailerAt), offset + BATCH_HEADER_BYTES);
  const last = records?.at(-1);
  if (records?.length !== view.getUint32(offset + 4, true) || last === undefined) {
    return "records do not fill the batch";
  }
  const hash = trailer.subarray(HASH_AT, HASH_AT + HASH_BYTES);
  if (!equalBytes(hashOfBatch(file, offset, last.hash), hash) || !isChained(records)) {
    return "batch hash does not fit";
  }
  return {
    number: view.getBigUint64(offset + 8, true),
    firstSequence: view.getBigUint64(offset + 16, true),
    previousLink: file.subarray(offset + 32, offset + 32 + HASH_BYTES),
    records,
    trailer,
    length: end - offset,
  };
}

export const isTrailerAt = (file: Uint8Array, offset: number): boolean =>
  file.length - offset >= TRAILER_BYTES && uint32At(file, offset) === TRAILER_MAGIC;

function splitRecords(file: Uint8Array, from: number): BatchRecord[] | undefined {
  const records: BatchRecord[] = [];
  for (let offset = from; offset < file.length; ) {
    const length = recordLengthAt(file, offset);
    if (length === undefined) return undefined;
    const bytes = file.subarray(offset, offset + length);
    records.push({ bytes, offset, hash: recordHash(bytes) });
    offset += length;
  }
  return records;
}

/** Only so does the hash of the last record speak for all of them. */
const isChained = (records: readonly BatchRecord[]): boolean =>
  records.every(({ bytes }, i) => {
    const before = records[i - 1];
    return before === undefined || equalAt(bytes, PREVIOUS_HASH_AT, before.hash, 0, HASH_BYTES);
  });

/** Did the holder of the private key write this trailer? Nobody else can tell, or make one. */
export const isOwnTrailer = (trailer: Uint8Array, secret: WriterSecret): boolean =>
  equalBytes(
    secret.mac(concat(TAG_PREFIX, trailer.subarray(HASH_AT, HASH_AT + HASH_BYTES))),
    trailer.subarray(TAG_AT, TAG_AT + HASH_BYTES),
  );
