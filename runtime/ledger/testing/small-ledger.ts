/** A ledger in memory and what to fill it with, for tests. */
import type { Clock } from "@helix/hal";
import { createSeededRandom } from "@helix/platform";
import type { Ledger, LedgerEvent, LedgerVerification } from "../index.ts";
import { type LedgerRecord, type OpenLedgerOptions, openLedger, readLedger, verifyLedger } from "../index.ts";
import { MemoryDisk } from "./memory-disk.ts";

export const FOLDER = "/plant/ledger";

/** Moves on by 1 ms at every look; timers fire only when told to. */
export function steppedClock(startUtcNs = 1_800_000_000_000_000_000n) {
  let now = 0n;
  const timers = new Set<() => void>();
  const clock: Clock = {
    monotonicNs: () => (now += 1_000_000n),
    wallUtcNs: () => startUtcNs + (now += 1_000_000n),
    sleep: async () => {},
    timer: (_ms, callback) => {
      timers.add(callback);
      return { cancel: () => timers.delete(callback) };
    },
    interval: () => ({ cancel: () => {} }),
  };
  const fireTimers = () => {
    const due = [...timers];
    timers.clear();
    for (const callback of due) callback();
    return due.length;
  };
  return { clock, fireTimers };
}

export function open(disk: MemoryDisk, options: Partial<OpenLedgerOptions> = {}): Promise<Ledger> {
  const { clock } = steppedClock();
  return openLedger({ folder: FOLDER, disk, clock, random: createSeededRandom(7), ...options });
}

export const verify = (disk: MemoryDisk): Promise<LedgerVerification> =>
  verifyLedger({ folder: FOLDER, disk });

export async function readAll(disk: MemoryDisk, from = 0n): Promise<LedgerRecord[]> {
  const records: LedgerRecord[] = [];
  for await (const record of readLedger({ folder: FOLDER, disk, from })) records.push(record);
  return records;
}

export const stopped = (reason: string): LedgerEvent => ({ type: "RUNTIME_STOPPED", reason });

/** Each inner array is one batch. @returns the disk after a clean close */
export async function ledgerOf(
  batches: readonly (readonly string[])[],
  options: Partial<OpenLedgerOptions> = {},
): Promise<MemoryDisk> {
  const disk = new MemoryDisk();
  const ledger = await open(disk, options);
  for (const batch of batches) await Promise.all(batch.map((reason) => ledger.append(stopped(reason))));
  await ledger.close();
  return disk;
}

export const segmentPath = (number: number): string =>
  `${FOLDER}/seg-0000-${String(number).padStart(8, "0")}.hlx`;
