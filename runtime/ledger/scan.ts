/**
 * Walks the batches of one segment and holds them against the chain. Stops at the first that does
 * not fit, and says whether a write that a crash cut short would explain it.
 */

import { type Batch, decodeBatch, isSigned } from "./batch-codec.ts";
import { equalBytes, isAllZero, SECTOR_BYTES } from "./bytes.ts";
import type { Chain } from "./chain.ts";
import { locateBadRecord } from "./locate.ts";
import { placeOf } from "./record-codec.ts";
import type { VerifierKey } from "./signing-key.ts";

export interface Problem {
  /** Of the first bad record; of the first one missing when none is there. */
  readonly sequence: bigint;
  /** Bytes from the start of the file. */
  readonly offset: number;
  readonly reason: string;
  /** The last batch of the file is incomplete and nothing whole follows it. */
  readonly torn: boolean;
}

export interface ScanOptions {
  readonly key: VerifierKey;
  /** Records that a signed checkpoint covers; batches past it must be signed themselves. */
  readonly signedRecords: bigint;
  /** After the chain has moved past the record. */
  readonly onRecord?: (record: Uint8Array, hash: Uint8Array, offset: number) => void;
}

export interface Scan {
  /** Where the batches that fit end. */
  readonly end: number;
  readonly problem: Problem | undefined;
}

/** Moves `chain` past every batch that fits. Zeros up to the end of the file are unused room. */
export function scanBatches(file: Uint8Array, from: number, chain: Chain, options: ScanOptions): Scan {
  let offset = from;
  while (!isAllZero(file.subarray(offset))) {
    const batch = decodeBatch(file, offset);
    if (typeof batch === "string") {
      return { end: offset, problem: brokenBatch(file, offset, chain, options.key, batch) };
    }
    const problem = misfit(batch, offset, chain) ?? unsigned(file, batch, offset, chain, options);
    if (problem !== undefined) return { end: offset, problem };
    for (const { bytes, hash, offset: at } of batch.records) {
      chain.addRecord(hash);
      chain.addLeaf(bytes);
      options.onRecord?.(bytes, hash, at);
    }
    chain.addBatch(batch.trailer);
    offset += batch.length;
  }
  return { end: offset, problem: undefined };
}

function brokenBatch(
  file: Uint8Array,
  offset: number,
  chain: Chain,
  key: VerifierKey,
  reason: string,
): Problem {
  const later = laterBatch(file, offset);
  const follower = later?.number === chain.batchNumber + 1n ? later : undefined;
  const bad = locateBadRecord(file, offset, chain, key, follower);
  return {
    sequence: bad?.sequence ?? chain.sequence,
    offset: bad?.offset ?? offset,
    reason: later === undefined ? reason : `${reason}, and batch ${later.number} follows it whole`,
    torn: later === undefined,
  };
}

/** A whole batch in the wrong place was put there: no crash does that. */
function misfit(batch: Batch, offset: number, chain: Chain): Problem | undefined {
  const problem = (reason: string, at = offset, sequence = chain.sequence): Problem => ({
    sequence,
    offset: at,
    reason,
    torn: false,
  });
  if (batch.number !== chain.batchNumber) {
    return problem(`batch ${batch.number} stands where batch ${chain.batchNumber} belongs`);
  }
  if (!equalBytes(batch.previousLink, chain.link)) {
    return problem("batch does not follow from the one before it");
  }
  if (batch.firstSequence !== chain.sequence) {
    return problem(`batch starts at record ${batch.firstSequence}, not ${chain.sequence}`);
  }
  let sequence = chain.sequence;
  let previousHash = chain.recordHash;
  for (const record of batch.records) {
    const place = placeOf(record.bytes);
    if (place.sequence !== sequence) {
      return problem(`record numbers itself ${place.sequence}`, record.offset, sequence);
    }
    if (!equalBytes(place.previousHash, previousHash)) {
      return problem("record does not follow from the one before it", record.offset, sequence);
    }
    previousHash = record.hash;
    sequence += 1n;
  }
  return undefined;
}

/**
 * Batches under a checkpoint are proven by its signature; the later ones, and the last one of a
 * file (whose trailer no later header repeats), by their own.
 */
function unsigned(
  file: Uint8Array,
  batch: Batch,
  offset: number,
  chain: Chain,
  { key, signedRecords }: ScanOptions,
): Problem | undefined {
  const covered = chain.sequence + BigInt(batch.records.length) <= signedRecords;
  const isLast = isAllZero(file.subarray(offset + batch.length));
  if ((covered && !isLast) || isSigned(batch.trailer, key)) return undefined;
  const reason = "batch is not signed by this ledger's key";
  return { sequence: chain.sequence, offset, reason, torn: laterBatch(file, offset) === undefined };
}

function laterBatch(file: Uint8Array, offset: number): Batch | undefined {
  for (let at = offset + SECTOR_BYTES; at < file.length; at += SECTOR_BYTES) {
    const batch = decodeBatch(file, at);
    if (typeof batch !== "string") return batch;
  }
  return undefined;
}
