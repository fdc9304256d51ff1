/** Reads a ledger's records in order, from a closed or a live ledger, without its lock. */
import { join } from "node:path";
import type { Origin } from "@helix/hal";
import type { ClockQuality, Disk } from "@helix/platform";
import { SECTOR_BYTES, toHex } from "./bytes.ts";
import { decodeEvent, type RecordedEvent } from "./event-codec.ts";
import { uuidText } from "./event-id.ts";
import { loadPolicy } from "./folder.ts";
import { findMarks, newestCheckpoint } from "./high-water-mark.ts";
import { asOpenError, damaged } from "./open-error.ts";
import { type LedgerPolicy, POLICY_FILE } from "./policy.ts";
import { type DurabilityClass, decodeRecord, placeOf, type UnknownCode } from "./record-codec.ts";
import { Repeats } from "./repeats.ts";
import { scanBatches } from "./scan.ts";
import { decodeSegmentHeader, listSegments, type SegmentFile } from "./segment.ts";

export interface LedgerRecord {
  readonly sequence: bigint;
  /** ns since 1970 UTC (POSIX) */
  readonly utcNs: bigint;
  /** ns of the writer's monotonic clock; comparable under one boot id */
  readonly monotonicNs: bigint;
  /** Lower-case hex, new at every opening of the ledger. */
  readonly bootId: string;
  /** UUIDv7 */
  readonly eventId: string;
  /** Sequence of the record of the same event, when this one was appended again; where a reader looked for it. */
  readonly repeats?: bigint;
  readonly durability: DurabilityClass;
  /** Minutes that local time was ahead of UTC. */
  readonly zoneMinutes: number;
  readonly clockQuality: ClockQuality | UnknownCode;
  /** Of the plant; undefined where it was not stated. */
  readonly origin: Origin | UnknownCode | undefined;
  /** Of the event's fields; 0 where it was not stated. */
  readonly schema: number;
  /** Lower-case hex, as in the receipt. */
  readonly recordHash: string;
  /** Types that this version does not know come as they were written. */
  readonly event: RecordedEvent;
  readonly file: string;
  /** Bytes from the start of the file. */
  readonly offset: number;
}

export interface ReadOptions {
  readonly folder: string;
  readonly disk: Disk;
  /** First sequence wanted, default 0. */
  readonly from?: bigint;
}

/**
 * Each record is checked against the batch and the chain it stands in; `verifyLedger` says whether
 * all are there. Ends before a batch that is still being written.
 *
 * @throws LedgerOpenError when there is no ledger, or at the first record that is damaged
 */
export async function* readLedger(options: ReadOptions): AsyncGenerator<LedgerRecord> {
  const seen = new Repeats();
  for await (const stored of readStored(options)) {
    const record = ledgerRecord(stored);
    const repeats = seen.look(record);
    yield repeats === undefined ? record : { ...record, repeats };
  }
}

/** A record as its bytes. */
export interface StoredBytes {
  readonly bytes: Uint8Array;
  readonly hash: Uint8Array;
  readonly file: string;
  readonly offset: number;
}

/** As `readLedger`, for those who need the bytes too. */
export async function* readStored({ folder, disk, from = 0n }: ReadOptions): AsyncGenerator<StoredBytes> {
  try {
    const reading = await readingOf(disk, folder);
    const { segments } = reading;
    const gap = segments.findIndex(({ number }, i) => number !== i);
    if (gap >= 0 || segments.length === 0) throw damaged(folder, `segment ${Math.max(gap, 0)} is missing`);
    for (const segment of segments.slice(await segmentWith(from, reading))) {
      yield* segmentRecords(from, segment, reading);
    }
  } catch (error) {
    throw asOpenError(error, folder);
  }
}

export function ledgerRecord({ bytes, hash, file, offset }: StoredBytes): LedgerRecord {
  const { body, bootId, eventId, previousHash: _, ...header } = decodeRecord(bytes);
  return {
    ...header,
    bootId: toHex(bootId),
    eventId: uuidText(eventId),
    recordHash: toHex(hash),
    event: decodeEvent(body),
    file,
    offset,
  };
}

/** What it takes to read any segment of a ledger. */
export interface Reading {
  readonly folder: string;
  readonly disk: Disk;
  readonly policy: LedgerPolicy;
  /** Rising; one may be missing. */
  readonly segments: readonly SegmentFile[];
}

/** @throws LedgerOpenError when there is no ledger, or its policy is damaged */
export async function readingOf(disk: Disk, folder: string): Promise<Reading> {
  const policy = await loadPolicy(disk, folder);
  if (policy === undefined) throw damaged(folder, `${POLICY_FILE} is not signed by the key it names`);
  return { folder, disk, policy, segments: await listSegments(disk, folder) };
}

/** Index of the last segment that starts at or before `sequence`, found from the back. */
async function segmentWith(sequence: bigint, reading: Reading): Promise<number> {
  for (let i = reading.segments.length - 1; i > 0; i--) {
    const head = await readHead(reading, reading.segments[i] as SegmentFile);
    const start = decodeSegmentHeader(head, reading.policy.keys);
    if (typeof start !== "string" && start.chain.sequence <= sequence) return i;
  }
  return 0;
}

async function readHead({ disk, folder }: Reading, { name }: SegmentFile): Promise<Uint8Array> {
  const file = await disk.open(join(folder, name), "read");
  try {
    const head = new Uint8Array(SECTOR_BYTES);
    return head.subarray(0, await file.read(head, 0));
  } finally {
    await file.close();
  }
}

/** From record `from` on, in order. @throws LedgerOpenError after the last one before a damage */
export async function* segmentRecords(
  from: bigint,
  segment: SegmentFile,
  reading: Reading,
): AsyncGenerator<StoredBytes> {
  const { folder, disk, policy, segments } = reading;
  const { name } = segment;
  const marks = await findMarks(disk, folder, policy, 0);
  const file = await disk.readFile(join(folder, name));
  const start = decodeSegmentHeader(file, policy.keys);
  if (typeof start === "string") throw damaged(folder, `${name}: ${start}`);

  const records: StoredBytes[] = [];
  const onRecord = (bytes: Uint8Array, hash: Uint8Array, offset: number) => {
    if (placeOf(bytes).sequence >= from) records.push({ bytes, hash, file: name, offset });
  };
  const signedRecords = newestCheckpoint(marks)?.records ?? 0n;
  const body = file.subarray(0, await sealedLength(reading, segment, file.length));
  const { problem } = scanBatches(body, SECTOR_BYTES, start.chain, {
    signedRecords,
    onRecord,
  });
  yield* records;
  const stillWriting = problem?.torn && segment === segments.at(-1);
  if (problem !== undefined && !stillWriting) {
    throw damaged(folder, `record ${problem.sequence}, ${name} byte ${problem.offset}: ${problem.reason}`);
  }
}

/** Where batches end: the next segment's header says, and without one the file does. */
export async function sealedLength(reading: Reading, segment: SegmentFile, length: number): Promise<number> {
  const next = reading.segments[reading.segments.indexOf(segment) + 1];
  if (next === undefined) return length;
  const start = decodeSegmentHeader(await readHead(reading, next), reading.policy.keys);
  return typeof start === "string" ? length : start.header.previous.validLength;
}
