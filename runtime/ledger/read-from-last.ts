/**
 * Reads a ledger from the last record of some kind on, found from the back: what it costs grows with
 * what was written since, not with the ledger. What is older is not looked at and may be damaged;
 * `verifyLedger` tells.
 */
import type { Disk } from "@helix/platform";
import { asOpenError, damaged } from "./open-error.ts";
import {
  type LedgerRecord,
  ledgerRecord,
  type Reading,
  readingOf,
  type StoredBytes,
  segmentRecords,
} from "./read.ts";

export interface ReadFromLastOptions {
  readonly folder: string;
  readonly disk: Disk;
  readonly isWanted: (record: LedgerRecord) => boolean;
}

/**
 * From the last record that is wanted on, in order; from the first one where none is.
 *
 * @throws LedgerOpenError when there is no ledger, or at damage in a segment that is read
 */
export async function* readFromLast(options: ReadFromLastOptions): AsyncGenerator<LedgerRecord> {
  const { folder, disk } = options;
  try {
    const reading = await readingOf(disk, folder);
    const start = await lastWanted(reading, options.isWanted);
    for (const stored of start.records) yield ledgerRecord(stored);
    for (const segment of start.later) {
      for await (const stored of segmentRecords(0n, segment, reading)) yield ledgerRecord(stored);
    }
  } catch (error) {
    throw asOpenError(error, folder);
  }
}

/** The wanted record with those after it in its segment, and the segments after that. */
async function lastWanted(reading: Reading, isWanted: ReadFromLastOptions["isWanted"]) {
  const { folder, segments } = reading;
  for (const [i, segment] of [...segments.entries()].toReversed()) {
    const next = segments[i + 1];
    if (next && next.number !== segment.number + 1) throw missing(folder, next.number - 1);
    const records: StoredBytes[] = [];
    for await (const stored of segmentRecords(0n, segment, reading)) records.push(stored);
    const at = records.findLastIndex((stored) => isWanted(ledgerRecord(stored)));
    if (at >= 0 || segment.number === 0)
      return { records: records.slice(Math.max(at, 0)), later: segments.slice(i + 1) };
  }
  throw missing(folder, Math.max((segments[0]?.number ?? 0) - 1, 0));
}

const missing = (folder: string, number: number) => damaged(folder, `segment ${number} is missing`);
