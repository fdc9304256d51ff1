/**
 * The newest checkpoints, in two files of one sector that are written in turn: whichever write a
 * crash tears, the other file still says how far the ledger had come.
 */
import { join } from "node:path";
import type { Disk, DiskFile } from "@helix/platform";
import { SECTOR_BYTES, toUtf8 } from "./bytes.ts";
import type { LedgerCheckpoint } from "./ledger.ts";
import { openCheckpoint, unpadded } from "./signed-note.ts";
import type { VerifierKey } from "./signing-key.ts";

export const MARK_FILES = ["hwm.a", "hwm.b"] as const;
type MarkFile = (typeof MARK_FILES)[number];

export interface Mark {
  readonly file: MarkFile;
  readonly bytes: Uint8Array;
  /** Undefined when the file does not hold a checkpoint signed by the ledger's key. */
  readonly checkpoint: LedgerCheckpoint | undefined;
}

/** One sector with the note in it. */
export function markBytes(note: string): Uint8Array {
  const bytes = new Uint8Array(SECTOR_BYTES);
  bytes.set(toUtf8(note));
  return bytes;
}

/**
 * @param attempts how often to read again while a file does not hold a checkpoint: it may be in
 *   the middle of being written by a live ledger
 */
export async function readMarks(
  disk: Disk,
  folder: string,
  key: VerifierKey,
  attempts: number,
): Promise<readonly Mark[]> {
  return Promise.all(
    MARK_FILES.map(async (file) => {
      let mark = await readMark(disk, folder, file, key);
      for (let i = 0; mark.checkpoint === undefined && i < attempts; i++) {
        mark = await readMark(disk, folder, file, key);
      }
      return mark;
    }),
  );
}

async function readMark(disk: Disk, folder: string, file: MarkFile, key: VerifierKey): Promise<Mark> {
  const path = join(folder, file);
  // A mark that is gone is as bad as one that is damaged, and told apart by its reader's message.
  const bytes = (await disk.stat(path)) === undefined ? new Uint8Array(0) : await disk.readFile(path);
  const note = bytes.length === SECTOR_BYTES ? unpadded(bytes) : undefined;
  return { file, bytes, checkpoint: note === undefined ? undefined : openCheckpoint(note, key) };
}

/** The one that covers most records. */
export function newestCheckpoint(marks: readonly Mark[]): LedgerCheckpoint | undefined {
  return marks
    .map(({ checkpoint }) => checkpoint)
    .reduce((a, b) => (a === undefined || (b !== undefined && b.records > a.records) ? b : a), undefined);
}

/** Writes the two files in turn, starting with the one that does not hold the newest checkpoint. */
export class HighWaterMarkWriter {
  readonly #files: readonly DiskFile[];
  #next: number;

  private constructor(files: readonly DiskFile[], next: number) {
    this.#files = files;
    this.#next = next;
  }

  static async open(disk: Disk, folder: string, marks: readonly Mark[]): Promise<HighWaterMarkWriter> {
    const newest = newestCheckpoint(marks);
    const files: DiskFile[] = [];
    try {
      for (const file of MARK_FILES) files.push(await disk.open(join(folder, file), "read-write"));
    } catch (error) {
      await Promise.all(files.map((file) => file.close()));
      throw error;
    }
    const holder = marks.findIndex(({ checkpoint }) => checkpoint === newest);
    return new HighWaterMarkWriter(files, holder === 0 ? 1 : 0);
  }

  async write(checkpoint: LedgerCheckpoint): Promise<void> {
    const file = this.#files[this.#next] as DiskFile;
    await file.write(markBytes(checkpoint.note), 0);
    await file.datasync();
    this.#next = 1 - this.#next;
  }

  /** Leaves no file with an older checkpoint. */
  async writeBoth(checkpoint: LedgerCheckpoint): Promise<void> {
    await this.write(checkpoint);
    await this.write(checkpoint);
  }

  async close(): Promise<void> {
    await Promise.all(this.#files.map((file) => file.close()));
  }
}
