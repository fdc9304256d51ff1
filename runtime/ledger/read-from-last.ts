/**
 * Reads a ledger from the last record of some kind on, found from the back, batch by batch: what it costs
 * grows with what was written since, not with the ledger nor with the length of a segment. What is older is
 * not looked at and may be damaged; `verifyLedger` tells.
 */
import { join } from "node:path";
import type { Disk } from "@helix/platform";
import { isAllZero, SECTOR_BYTES } from "./bytes.ts";
import { type Mark, newestCheckpoint, newestMark, readMarks } from "./high-water-mark.ts";
import { asOpenError, damaged } from "./open-error.ts";
import {
  type LedgerRecord,
  ledgerRecord,
  type Reading,
  readingOf,
  type StoredBytes,
  sealedLength,
  segmentRecords,
} from "./read.ts";
import { batchesBackwards, type PlaceAfter, placeOfMark } from "./read-backwards.ts";
import { scanBatches } from "./scan.ts";

/** Records past the newest mark are few. */
const PIECE_BYTES = 4 * 1024 * 1024;

export interface ReadFromLastOptions {
  readonly folder: string;
  readonly disk: Disk;
  readonly isWanted: (record: LedgerRecord) => boolean;
}

/**
 * From the last record that is wanted on, in order; from the first one where none is.
 *
 * @throws LedgerOpenError when there is no ledger, no mark to start from, or damage in what is read
 */
export async function* readFromLast({
  folder,
  disk,
  isWanted,
}: ReadFromLastOptions): AsyncGenerator<LedgerRecord> {
  try {
    const marks = await readMarks(disk, folder, (await readingOf(disk, folder)).policy, 0);
    // Segments after marks: a mark never runs ahead of what is there by then.
    const reading = await readingOf(disk, folder);
    const resume = newestMark(marks)?.resume;
    if (resume === undefined) throw damaged(folder, "neither mark holds a signed checkpoint");
    // Kept aside: what is read after the mark moves its chain on.
    const marked = placeOfMark(resume);
    const newer = [];
    for await (const stored of recordsAfter(reading, resume, newestCheckpoint(marks)?.records ?? 0n)) {
      newer.push(ledgerRecord(stored));
    }
    const at = newer.findLastIndex(isWanted);
    if (at < 0) yield* (await backToWanted(reading, marked, isWanted)).toReversed();
    yield* newer.slice(Math.max(at, 0));
  } catch (error) {
    throw asOpenError(error, folder);
  }
}

/** Down to the wanted record, or to the first of all; the newest first. */
async function backToWanted(
  reading: Reading,
  marked: PlaceAfter,
  isWanted: ReadFromLastOptions["isWanted"],
): Promise<LedgerRecord[]> {
  const records: LedgerRecord[] = [];
  for await (const batch of batchesBackwards(reading, marked)) {
    for (const stored of batch.toReversed()) {
      const record = ledgerRecord(stored);
      records.push(record);
      if (isWanted(record)) return records;
    }
  }
  return records;
}

/** What was written after the mark. */
async function* recordsAfter(
  reading: Reading,
  { point, chain }: NonNullable<Mark["resume"]>,
  signedRecords: bigint,
): AsyncGenerator<StoredBytes> {
  const { folder, disk, segments } = reading;
  const segment = segments.find(({ number }) => number === point.segment);
  if (segment === undefined) throw damaged(folder, `segment ${point.segment} is missing`);
  const { name } = segment;
  const file = await disk.open(join(folder, name), "read");
  try {
    const end = await sealedLength(reading, segment, await file.size());
    for (let at = point.end; at < end; ) {
      const piece = new Uint8Array(Math.min(PIECE_BYTES, end - at));
      const read = piece.subarray(0, await file.read(piece, at));
      // Room that was made ahead: there may be 64 MiB of it.
      if (isAllZero(read.subarray(0, SECTOR_BYTES))) break;
      const records: StoredBytes[] = [];
      const onRecord = (bytes: Uint8Array, hash: Uint8Array, offset: number) =>
        records.push({ bytes, hash, file: name, offset: at + offset });
      const scan = scanBatches(read, 0, chain, { signedRecords, onRecord });
      yield* records;
      if (scan.end === 0) {
        const { problem } = scan;
        if (problem?.torn && segment === segments.at(-1)) break;
        throw damaged(folder, `record ${problem?.sequence}, ${name} byte ${at}: ${problem?.reason}`);
      }
      at += scan.end;
    }
  } finally {
    await file.close();
  }
  for (const [i, later] of segments.slice(segments.indexOf(segment) + 1).entries()) {
    const number = segment.number + 1 + i;
    if (later.number !== number) throw damaged(folder, `segment ${number} is missing`);
    yield* segmentRecords(0n, later, reading);
  }
}
