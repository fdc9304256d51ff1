/**
 * How long a ledger takes to open, at sizes a factor of ten apart: the start must not depend on how much
 * there is. The ledger is written once, through the real writer, and opened at each size on its way.
 */
import { type Ledger, type LedgerEvent, openLedger } from "@helix/ledger";
import type { Platform } from "@helix/platform";
import { median, secondsFor } from "./measure.ts";

export interface Opening {
  readonly records: string;
  readonly segments: number;
  /** Median of the openings, ms. */
  readonly ms: number;
  /** What it took to write the records since the size before, s. */
  readonly filledInSeconds: number;
}

const OPENINGS = 5;
/** Between two waits for the disk; well within what the shared memory holds. */
const CHUNK = 4000;

/** @param largest number of records, 100 at least */
export async function measureOpenings(
  folder: string,
  platform: Platform,
  largest: number,
  event: (i: number) => LedgerEvent,
  progress: (line: string) => void,
): Promise<Opening[]> {
  const openings: Opening[] = [];
  let records = 0;
  for (const size of [largest / 100, largest / 10, largest].map(Math.ceil)) {
    const seconds = await secondsFor(() => fill(folder, platform, records, size, event));
    records = size;
    const durations: number[] = [];
    for (let i = 0; i < OPENINGS; i++) durations.push(await openingSeconds(folder, platform));
    const names = await platform.disk.list(folder);
    const opening = {
      records: `${size}`,
      segments: names.filter((name) => name.startsWith("seg-")).length,
      ms: Math.round(median(durations) * 1000),
      filledInSeconds: Math.round(seconds * 10) / 10,
    };
    progress(`open: ${JSON.stringify(opening)}`);
    openings.push(opening);
  }
  return openings;
}

async function openingSeconds(folder: string, platform: Platform): Promise<number> {
  let ledger: Ledger | undefined;
  const seconds = await secondsFor(async () => {
    ledger = await openLedger({ folder, ...platform });
  });
  await ledger?.close();
  return seconds;
}

/** Appends records `from` to `to`: nobody waits but for the last of each chunk. */
async function fill(
  folder: string,
  platform: Platform,
  from: number,
  to: number,
  event: (i: number) => LedgerEvent,
): Promise<void> {
  const ledger = await openLedger({ folder, ...platform });
  for (let i = from; i < to; ) {
    const end = Math.min(i + CHUNK, to) - 1;
    while (i < end) ledger.enqueue(event(i++));
    await ledger.append(event(i++));
  }
  await ledger.close();
}
