/**
 * Every bit of a small ledger, one at a time: a ledger with one of everything that a verdict depends on,
 * and what verifying it says while a single bit of a single file is turned over. The disk serves the same
 * bytes all the time and the bit is put back, so a flip costs no more than the verification.
 */

import { createSeededRandom } from "@helix/platform";
import { SECTOR_BYTES } from "../bytes.ts";
import { LOCK_FILE } from "../folder.ts";
import { LedgerOpenError, rotateKey, verifyLedger } from "../index.ts";
import { MemoryDisk } from "./memory-disk.ts";
import { FOLDER, open, segmentPath, steppedClock, stopped } from "./small-ledger.ts";

/** Of every segment: its header, batches of one and of two sectors, and what is left of it as room. */
const SEGMENT_BYTES = 4 * SECTOR_BYTES;

/**
 * A segment with a batch over two sectors, ended by a crash, with what the crash left and room behind
 * that; the segment of its recovery, whose torn bytes are set aside; one under the next key, with room.
 */
export async function ledgerWithOneOfEverything(
  passphrase?: string,
  sectorBytes?: 512 | 4096,
): Promise<MemoryDisk> {
  const disk = new MemoryDisk();
  const options = { segmentBytes: SEGMENT_BYTES, preallocate: true, passphrase, sectorBytes };
  let ledger = await open(disk, options);
  await ledger.append(stopped("a".repeat(SECTOR_BYTES)));
  await ledger.close();
  disk.bytes(segmentPath(0)).fill(0xa5, 3 * SECTOR_BYTES, 3 * SECTOR_BYTES + 200);
  const clock = steppedClock(1_800_000_100_000_000_000n).clock;
  await rotateKey({ folder: FOLDER, disk, clock, random: createSeededRandom("next"), passphrase });
  ledger = await open(disk, { ...options, clock });
  await Promise.all(["b", "c"].map((reason) => ledger.append(stopped(reason))));
  await ledger.close();
  return disk;
}

/** What a reader finds with one bit turned over. */
export interface FlipOutcome {
  /** The verdict, or why there is none. */
  readonly said: string;
  /** Of a verdict that stands: what the verification remarks beside it. */
  readonly remarks: readonly string[];
}

export class BitFlips {
  readonly #disk: MemoryDisk;
  readonly #passphrase: string | undefined;

  constructor(disk: MemoryDisk, passphrase?: string) {
    this.#disk = disk;
    this.#passphrase = passphrase;
  }

  /** Of every file that belongs to the ledger. The lock is the writer's, and says nothing of the record. */
  get paths(): string[] {
    return [...this.#disk.files.keys()].filter((path) => !path.startsWith(`${FOLDER}/${LOCK_FILE}`)).sort();
  }

  bitsOf(path: string): number {
    return this.#disk.bytes(path).length * 8;
  }

  async outcome(path: string, bit: number): Promise<FlipOutcome> {
    const bytes = this.#disk.bytes(path);
    const [at, mask] = [bit >> 3, 1 << (bit & 7)];
    const before = bytes[at] as number;
    bytes[at] = before ^ mask;
    try {
      const passphrase = this.#passphrase;
      const { verdict, remarks } = await verifyLedger({ folder: FOLDER, disk: this.#disk, passphrase });
      return { said: verdict, remarks };
    } catch (error) {
      if (!(error instanceof LedgerOpenError)) throw error;
      return { said: error.problem, remarks: [] };
    } finally {
      bytes[at] = before;
    }
  }
}

/**
 * Noticed: no verdict, or another one than CLEAN. Remarked: the private key alone, which no verdict depends
 * on, and the verification says that it was not checked. Silent: neither.
 */
export function judgeFlip(path: string, { said, remarks }: FlipOutcome): "noticed" | "remarked" | "silent" {
  if (said !== "CLEAN") return "noticed";
  const file = path.slice(FOLDER.length + 1);
  return remarks.some((remark) => remark.startsWith(`${file} `)) ? "remarked" : "silent";
}
