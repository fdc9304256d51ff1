/**
 * Walks the batches of one segment and holds them against the chain. Stops at the first that does
 * not fit, and says whether a write that a crash cut short would explain it.
 */

import { type Batch, type BatchRecord, decodeBatch, isOwnTrailer } from "./batch-codec.ts";
import { equalAt, equalBytes, isAllZero } from "./bytes.ts";
import type { Chain } from "./chain.ts";
import { HASH_BYTES } from "./hashing.ts";
import { locateBadRecord } from "./locate.ts";
import { isKnownHeader, isNumbered, PREVIOUS_HASH_AT, placeOf } from "./record-codec.ts";
import type { WriterSecret } from "./signing-key.ts";

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
  /** Records that something signed covers. */
  readonly signedRecords: bigint;
  /** Of who holds the private key: batches past the signed ones must then carry its tag. */
  readonly secret?: WriterSecret | undefined;
  /** What must follow the last batch of the file, where a mark or the next segment states it. */
  readonly endLink?: Uint8Array | undefined;
  /** After the chain has moved past the record. */
  readonly onRecord?: (record: Uint8Array, hash: Uint8Array, offset: number) => void;
  /** After the chain has moved past the batch. @returns what is wrong with it after all */
  readonly onBatch?: () => string | undefined;
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
    const batch = decodeBatch(file, offset, chain.sector);
    if (typeof batch === "string") {
      return { end: offset, problem: brokenBatch(file, offset, chain, options.endLink, batch) };
    }
    const problem = misfit(batch, offset, chain) ?? foreign(file, batch, offset, chain, options);
    if (problem !== undefined) return { end: offset, problem };
    const first = chain.sequence;
    for (const { bytes, hash, offset: at } of batch.records) {
      chain.addRecord(hash);
      chain.addLeaf(bytes);
      options.onRecord?.(bytes, hash, at);
    }
    chain.addBatch(batch.trailer);
    const reason = options.onBatch?.();
    if (reason !== undefined) {
      return { end: offset, problem: { sequence: first, offset, reason, torn: false } };
    }
    offset += batch.length;
  }
  return { end: offset, problem: undefined };
}

function brokenBatch(
  file: Uint8Array,
  offset: number,
  chain: Chain,
  endLink: Uint8Array | undefined,
  reason: string,
): Problem {
  const later = laterBatch(file, offset, chain);
  const follower = later?.number === chain.batchNumber + 1n ? later : undefined;
  const bad = locateBadRecord(file, offset, chain, follower?.previousLink ?? endLink, follower);
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
  const first = Number(chain.sequence);
  for (let i = 0; i < batch.records.length; i++) {
    const { bytes, offset: at } = batch.records[i] as BatchRecord;
    if (!isNumbered(bytes, first + i)) {
      const reason = `record numbers itself ${placeOf(bytes).sequence}`;
      return problem(reason, at, chain.sequence + BigInt(i));
    }
    if (!isKnownHeader(bytes)) {
      const reason = "record has a header that this format does not know";
      return problem(reason, at, chain.sequence + BigInt(i));
    }
    // The others follow each other, or the batch would not be whole.
    if (i === 0 && !equalAt(bytes, PREVIOUS_HASH_AT, chain.recordHash, 0, HASH_BYTES)) {
      return problem("record does not follow from the one before it", at);
    }
  }
  return undefined;
}

/**
 * Batches under a checkpoint are proven by its signature. For the later ones there is the writer's tag,
 * which only the holder of the private key can check; a forged tail does not get past an opening.
 */
function foreign(
  file: Uint8Array,
  batch: Batch,
  offset: number,
  chain: Chain,
  { secret, signedRecords }: ScanOptions,
): Problem | undefined {
  const covered = chain.sequence + BigInt(batch.records.length) <= signedRecords;
  if (covered || secret === undefined || isOwnTrailer(batch.trailer, secret)) return undefined;
  const reason = "batch is not one that the holder of this ledger's key wrote to its end";
  // A write that was cut within the tag looks the same; either way it is set aside and never continued.
  return { sequence: chain.sequence, offset, reason, torn: laterBatch(file, offset, chain) === undefined };
}

function laterBatch(file: Uint8Array, offset: number, { sector }: Chain): Batch | undefined {
  for (let at = offset + sector; at < file.length; at += sector) {
    const batch = decodeBatch(file, at, sector);
    if (typeof batch !== "string") return batch;
  }
  return undefined;
}
