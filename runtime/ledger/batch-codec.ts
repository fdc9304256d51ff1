/**
 * One batch: header, records, trailer, zeros up to the sector (FORMAT.md section 3). A batch is
 * what one datasync makes durable; since it ends on a sector, no later write touches it.
 */
import { concat, equalBytes, isAllZero, padToSector, toUtf8, viewOf } from "./bytes.ts";
import type { Chain } from "./chain.ts";
import { batchHash, HASH_BYTES, recordHash } from "./hashing.ts";
import { encodeRecord, RECORD_HEADER_BYTES, type RecordContent, recordLengthAt } from "./record-codec.ts";
import { SIGNATURE_BYTES, type SigningKey, type VerifierKey } from "./signing-key.ts";

export const BATCH_HEADER_BYTES = 96;
export const TRAILER_BYTES = 128;
/** "HLXB" and "HLXE" as they stand in the file. */
const HEADER_MAGIC = 0x42584c48;
const TRAILER_MAGIC = 0x45584c48;
const HASH_AT = 8;
const SIGNATURE_AT = 40;
const SIGNED_PREFIX = toUtf8("helix-ledger/1 batch\n");

export interface SealedBatch {
  /** Padded to the sector. */
  readonly bytes: Uint8Array;
  /** One per record, in order. */
  readonly recordHashes: readonly Uint8Array[];
}

/** Bytes that a batch of these records takes in the file. */
export function batchLength(contents: readonly RecordContent[]): number {
  const body = contents.reduce((sum, { body }) => sum + RECORD_HEADER_BYTES + body.length, 0);
  return padToSector(BATCH_HEADER_BYTES + body + TRAILER_BYTES);
}

/** Moves `chain` past the batch. */
export function sealBatch(contents: readonly RecordContent[], chain: Chain, key: SigningKey): SealedBatch {
  const start = { number: chain.batchNumber, firstSequence: chain.sequence, link: chain.link };
  const records: Uint8Array[] = [];
  const recordHashes: Uint8Array[] = [];
  for (const content of contents) {
    const record = encodeRecord(content, { sequence: chain.sequence, previousHash: chain.recordHash });
    const hash = recordHash(record);
    chain.addRecord(record, hash);
    records.push(record);
    recordHashes.push(hash);
  }
  const header = encodeHeader(start, records.length, totalLength(records));
  const hashed = concat(header, ...records);
  const trailer = encodeTrailer(batchHash(hashed), key);
  chain.addBatch(trailer);
  const bytes = new Uint8Array(padToSector(hashed.length + TRAILER_BYTES));
  bytes.set(hashed);
  bytes.set(trailer, hashed.length);
  return { bytes, recordHashes };
}

const totalLength = (parts: readonly Uint8Array[]): number =>
  parts.reduce((sum, part) => sum + part.length, 0);

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

function encodeTrailer(hash: Uint8Array, key: SigningKey): Uint8Array {
  const trailer = new Uint8Array(TRAILER_BYTES);
  viewOf(trailer).setUint32(0, TRAILER_MAGIC, true);
  trailer.set(hash, HASH_AT);
  trailer.set(key.sign(concat(SIGNED_PREFIX, hash)), SIGNATURE_AT);
  return trailer;
}

export interface Batch {
  readonly number: bigint;
  readonly firstSequence: bigint;
  readonly previousLink: Uint8Array;
  /** Each whole record, and where it starts in the file. */
  readonly records: readonly { readonly bytes: Uint8Array; readonly offset: number }[];
  readonly trailer: Uint8Array;
  /** Padding included. */
  readonly length: number;
}

/** The batch at `offset`, or in words why there is none that is whole. */
export function decodeBatch(file: Uint8Array, offset: number): Batch | string {
  if (file.length - offset < BATCH_HEADER_BYTES) return "batch header is incomplete";
  const view = viewOf(file);
  if (view.getUint32(offset, true) !== HEADER_MAGIC) return "no batch header here";
  const bodyLength = view.getUint32(offset + 24, true);
  const trailerAt = offset + BATCH_HEADER_BYTES + bodyLength;
  const end = offset + padToSector(BATCH_HEADER_BYTES + bodyLength + TRAILER_BYTES);
  if (end > file.length) return "batch is longer than the file";
  const trailer = file.subarray(trailerAt, trailerAt + TRAILER_BYTES);
  if (viewOf(trailer).getUint32(0, true) !== TRAILER_MAGIC)
    return "no batch trailer where the header puts it";
  const hash = trailer.subarray(HASH_AT, HASH_AT + HASH_BYTES);
  if (!equalBytes(batchHash(file.subarray(offset, trailerAt)), hash)) return "batch hash does not fit";
  const unused = [trailer.subarray(4, 8), trailer.subarray(SIGNATURE_AT + SIGNATURE_BYTES)];
  if (!unused.every(isAllZero) || !isAllZero(file.subarray(trailerAt + TRAILER_BYTES, end))) {
    return "bytes that must be zero are not";
  }
  const records = splitRecords(file.subarray(0, trailerAt), offset + BATCH_HEADER_BYTES);
  if (records?.length !== view.getUint32(offset + 4, true)) return "records do not fill the batch";
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
  file.length - offset >= TRAILER_BYTES && viewOf(file).getUint32(offset, true) === TRAILER_MAGIC;

function splitRecords(file: Uint8Array, from: number): { bytes: Uint8Array; offset: number }[] | undefined {
  const records = [];
  for (let offset = from; offset < file.length; ) {
    const length = recordLengthAt(file, offset);
    if (length === undefined) return undefined;
    records.push({ bytes: file.subarray(offset, offset + length), offset });
    offset += length;
  }
  return records;
}

/** Does the trailer carry this key's signature over the batch hash that it states? */
export const isSigned = (trailer: Uint8Array, key: VerifierKey): boolean =>
  key.verify(
    concat(SIGNED_PREFIX, trailer.subarray(HASH_AT, HASH_AT + HASH_BYTES)),
    trailer.subarray(SIGNATURE_AT, SIGNATURE_AT + SIGNATURE_BYTES),
  );
