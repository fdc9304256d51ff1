/**
 * Which record of a damaged batch was altered. The batch hash only says that something was; each
 * record repeats the hash of the one before it, so the link that breaks points at it.
 */
import { BATCH_HEADER_BYTES, type Batch, encodeHeader, isTrailerAt, TRAILER_BYTES } from "./batch-codec.ts";
import { equalBytes } from "./bytes.ts";
import type { Chain } from "./chain.ts";
import { HASH_BYTES, linkHash, recordHash } from "./hashing.ts";
import { PREVIOUS_HASH_AT, placeOf, recordLengthAt } from "./record-codec.ts";

export interface BadRecord {
  readonly sequence: bigint;
  readonly offset: number;
}

interface Walked extends BadRecord {
  /** Repeats the hash of the record before it. */
  readonly follows: boolean;
  /** Length and sequence make sense. */
  readonly framed: boolean;
}

/**
 * Undefined when every record fits its neighbours: then the batch's own frame is damaged.
 *
 * @param nextLink what must follow this batch, where that is known
 * @param follower the next batch, if it is whole
 */
export function locateBadRecord(
  file: Uint8Array,
  offset: number,
  chain: Chain,
  nextLink: Uint8Array | undefined,
  follower: Batch | undefined,
): BadRecord | undefined {
  const { walked, lastHash, end } = walk(file, offset + BATCH_HEADER_BYTES, chain);
  const first = follower?.records[0];
  if (first !== undefined && walked.every(({ framed }) => framed)) {
    const follows = equalBytes(placeOf(first.bytes).previousHash, lastHash);
    const sequence = chain.sequence + BigInt(walked.length);
    walked.push({ sequence, offset: first.offset, follows, framed: true });
  }
  const broken = walked.findIndex(({ follows, framed }) => !follows || !framed);
  if (broken < 0) {
    // Nothing after the last record tells of it, but a frame that is sound leaves only that one.
    const onlyLast = first === undefined && isFrameSound(file, offset, end, chain, nextLink, walked.length);
    return onlyLast ? walked.at(-1) : undefined;
  }
  const suspect = walked[broken] as Walked;
  // An unreadable record that still follows is itself the bad one. One that does not follow is
  // bad itself when its successor does not follow either; otherwise the one before it changed.
  const itself = suspect.follows || walked[broken + 1]?.follows === false;
  return itself ? suspect : (walked[broken - 1] ?? suspect);
}

/** Header as it must be here, and the trailer that what follows was linked to. */
function isFrameSound(
  file: Uint8Array,
  offset: number,
  trailerAt: number,
  chain: Chain,
  nextLink: Uint8Array | undefined,
  count: number,
): boolean {
  const start = { number: chain.batchNumber, firstSequence: chain.sequence, link: chain.link };
  const header = encodeHeader(start, count, trailerAt - offset - BATCH_HEADER_BYTES);
  return (
    equalBytes(file.subarray(offset, offset + BATCH_HEADER_BYTES), header) &&
    isTrailerAt(file, trailerAt) &&
    nextLink !== undefined &&
    equalBytes(linkHash(file.subarray(trailerAt, trailerAt + TRAILER_BYTES)), nextLink)
  );
}

function walk(
  file: Uint8Array,
  from: number,
  chain: Chain,
): { walked: Walked[]; lastHash: Uint8Array; end: number } {
  const walked: Walked[] = [];
  let lastHash = chain.recordHash;
  let at = from;
  while (at < file.length && !isTrailerAt(file, at)) {
    const sequence = chain.sequence + BigInt(walked.length);
    const stated = file.subarray(at + PREVIOUS_HASH_AT, at + PREVIOUS_HASH_AT + HASH_BYTES);
    const follows = equalBytes(stated, lastHash);
    const length = recordLengthAt(file, at);
    const record = file.subarray(at, at + (length ?? 0));
    const framed = length !== undefined && placeOf(record).sequence === sequence;
    walked.push({ sequence, offset: at, follows, framed });
    if (!framed) break;
    lastHash = recordHash(record);
    at += length;
  }
  return { walked, lastHash, end: at };
}
