/**
 * The newest checkpoints, in two files of one sector that are written in turn: whichever write a
 * crash tears, the other file still says how far the ledger had come.
 */
import { join } from "node:path";
import type { Disk, DiskFile } from "@helix/platform";
import { SECTOR_BYTES, toHex, toUtf8 } from "./bytes.ts";
import type { Chain } from "./chain.ts";
import type { LedgerCheckpoint } from "./ledger.ts";
import { LedgerOpenError } from "./open-error.ts";
import { type LedgerPolicy, marksIn } from "./policy.ts";
import {
  decodeResumePoint,
  encodeResumePoint,
  isOwnResumePoint,
  RESUME_BYTES,
  type ResumePoint,
} from "./resume-point.ts";
import { openCheckpoint, signCheckpoint, unpadded } from "./signed-note.ts";
import type { SigningKey, WriterSecret } from "./signing-key.ts";

export const MARK_FILES = ["hwm.a", "hwm.b"] as const;
type MarkFile = (typeof MARK_FILES)[number];

export interface Mark {
  readonly file: MarkFile;
  readonly bytes: Uint8Array;
  /** Undefined when the file does not hold what a key of the ledger signed for its time. */
  readonly checkpoint: LedgerCheckpoint | undefined;
  /** There when the checkpoint is; its chain belongs to the reader. */
  readonly resume: { readonly point: ResumePoint; readonly chain: Chain } | undefined;
}

const RESUME_AT = SECTOR_BYTES - RESUME_BYTES;

/**
 * One sector: the checkpoint's note, and in its second half where to go on.
 *
 * @throws RangeError when the origin is so long that the note does not fit
 */
export function signMark(
  point: ResumePoint,
  ledgerId: Uint8Array,
  chain: Chain,
  key: SigningKey,
): { readonly checkpoint: LedgerCheckpoint; readonly bytes: Uint8Array } {
  const checkpoint = signCheckpoint(chain.tree.size, chain.tree.root(), key);
  const note = toUtf8(checkpoint.note);
  if (note.length >= RESUME_AT) throw new RangeError(`origin ${key.verifier.origin} is too long`);
  const bytes = new Uint8Array(SECTOR_BYTES);
  bytes.set(note);
  bytes.set(encodeResumePoint(point, ledgerId, chain, key), RESUME_AT);
  return { checkpoint, bytes };
}

/**
 * As `findMarks`, for those who prove something by them.
 *
 * @throws LedgerOpenError when they are kept elsewhere and are not there: without them nothing is CLEAN
 */
export async function readMarks(
  disk: Disk,
  folder: string,
  policy: LedgerPolicy,
  attempts: number,
): Promise<readonly Mark[]> {
  const marks = await findMarks(disk, folder, policy, attempts);
  const { markFolder } = policy;
  if (markFolder === undefined || marks.some(({ bytes }) => bytes.length > 0)) return marks;
  const message =
    `ledger ${folder} keeps its high-water marks in ${markFolder}, and they are not there; bring that device back; ` +
    "if they stand elsewhere, check with helix ledger verify --marks; if they moved or are lost for good, helix ledger move-marks";
  throw new LedgerOpenError("marks", folder, message);
}

/**
 * Both marks; without bytes where there is none.
 *
 * @param attempts how often to read again while a file does not hold a checkpoint: it may be in
 *   the middle of being written by a live ledger
 */
export async function findMarks(
  disk: Disk,
  folder: string,
  policy: LedgerPolicy,
  attempts: number,
): Promise<readonly Mark[]> {
  return Promise.all(
    MARK_FILES.map(async (file) => {
      let mark = await readMark(disk, marksIn(folder, policy), file, policy);
      for (let i = 0; mark.checkpoint === undefined && i < attempts; i++) {
        mark = await readMark(disk, marksIn(folder, policy), file, policy);
      }
      return mark;
    }),
  );
}

async function readMark(disk: Disk, folder: string, file: MarkFile, policy: LedgerPolicy): Promise<Mark> {
  const path = join(folder, file);
  // A mark that is gone is as bad as one that is damaged, and told apart by its reader's message.
  const bytes = (await disk.stat(path)) === undefined ? new Uint8Array(0) : await disk.readFile(path);
  const none = { file, bytes, checkpoint: undefined, resume: undefined };
  if (bytes.length !== SECTOR_BYTES) return none;
  const { keys } = policy;
  const note = unpadded(bytes.subarray(0, RESUME_AT));
  for (let epoch = keys.epoch; note !== undefined && epoch >= 0; epoch--) {
    const key = keys.keyOf(epoch);
    const checkpoint = key && openCheckpoint(note, key);
    if (key === undefined || checkpoint === undefined || !keys.mayCover(epoch, checkpoint.records)) continue;
    const resume = decodeResumePoint(bytes.subarray(RESUME_AT), policy);
    const fits = resume?.chain.tree.size === checkpoint.records;
    if (fits && toHex(resume.chain.tree.root()) === checkpoint.root)
      return { file, bytes, checkpoint, resume };
  }
  return none;
}

/** May an opening trust where the mark says to go on? */
export const isOwnMark = (mark: Mark, secret: WriterSecret): boolean =>
  mark.resume !== undefined && isOwnResumePoint(mark.bytes.subarray(RESUME_AT), secret);

/** The one that covers most records. */
export const newestMark = (marks: readonly Mark[]): Mark | undefined =>
  marks.reduce<Mark | undefined>((a, b) => (isNewer(b, a) ? b : a), undefined);

export const newestCheckpoint = (marks: readonly Mark[]): LedgerCheckpoint | undefined =>
  newestMark(marks)?.checkpoint;

/** With the same records the one that stands further: a segment may have been started since. */
function isNewer(a: Mark, b: Mark | undefined): boolean {
  if (a.checkpoint === undefined) return false;
  if (b?.checkpoint === undefined || a.checkpoint.records > b.checkpoint.records) return true;
  const [here, there] = [a.resume?.point.segment ?? 0, b.resume?.point.segment ?? 0];
  return a.checkpoint.records === b.checkpoint.records && here > there;
}

/**
 * Writes the two files in turn, starting with the one that does not hold the newest checkpoint. Until a
 * mark is synced its file stays the one in turn: the other one holds a mark that is.
 */
export class HighWaterMarkWriter {
  readonly #files: readonly DiskFile[];
  #next: number;

  private constructor(files: readonly DiskFile[], next: number) {
    this.#files = files;
    this.#next = next;
  }

  /** @param folder that holds the marks */
  static async open(disk: Disk, folder: string, marks: readonly Mark[]): Promise<HighWaterMarkWriter> {
    const newest = newestMark(marks);
    const files: DiskFile[] = [];
    try {
      for (const file of MARK_FILES) files.push(await disk.open(join(folder, file), "read-write"));
    } catch (error) {
      await Promise.all(files.map((file) => file.close()));
      throw error;
    }
    const holder = marks.findIndex((mark) => mark === newest);
    return new HighWaterMarkWriter(files, holder === 0 ? 1 : 0);
  }

  /** Not on the medium yet, but there for every reader, and after a crash of this process. @param mark one sector */
  async write(mark: Uint8Array): Promise<void> {
    await this.#file.write(mark, 0);
  }

  /** Brings the last one written to the medium. */
  async sync(): Promise<void> {
    await this.#file.datasync();
    this.#next = 1 - this.#next;
  }

  /** Leaves no file with an older checkpoint. */
  async writeBoth(mark: Uint8Array): Promise<void> {
    for (let i = 0; i < MARK_FILES.length; i++) {
      await this.write(mark);
      await this.sync();
    }
  }

  get #file(): DiskFile {
    return this.#files[this.#next] as DiskFile;
  }

  async close(): Promise<void> {
    await Promise.all(this.#files.map((file) => file.close()));
  }
}
