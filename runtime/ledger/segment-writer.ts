/**
 * Appends whole batches to the last segment, and starts the next one when it is full. Room is made
 * ahead in steps of zeros, so that the datasync of a batch has no new file size to make durable.
 */
import { join } from "node:path";
import type { Disk, DiskFile } from "@helix/platform";
import { SECTOR_BYTES } from "./bytes.ts";
import { crcOf, type ResumePoint } from "./resume-point.ts";
import { segmentFile } from "./segment.ts";

const MIB = 1024 * 1024;
/** Room is made in steps as long as the file so far, within these bounds: a small ledger stays small. */
const STEP_BYTES = { min: MIB, max: 8 * MIB } as const;
const ZEROS = new Uint8Array(MIB);

export interface SegmentWriterOptions {
  readonly maxBytes: number;
  /** Make room ahead of the batches. Not worth it where a datasync costs nothing. */
  readonly preallocate: boolean;
}

export class SegmentWriter {
  readonly #disk: Disk;
  readonly #folder: string;
  readonly #options: SegmentWriterOptions;
  #at: ResumePoint;
  #file: DiskFile;
  /** Length of the file. */
  #allocated: number;

  private constructor(
    disk: Disk,
    folder: string,
    options: SegmentWriterOptions,
    at: ResumePoint,
    file: DiskFile,
    allocated: number,
  ) {
    this.#disk = disk;
    this.#folder = folder;
    this.#options = options;
    this.#at = at;
    this.#file = file;
    this.#allocated = allocated;
  }

  /** @param at where its batches end; the next one goes there */
  static async open(
    disk: Disk,
    folder: string,
    options: SegmentWriterOptions,
    at: ResumePoint,
  ): Promise<SegmentWriter> {
    const file = await disk.open(join(folder, segmentFile(at.segment, at.epoch).name), "read-write");
    return new SegmentWriter(disk, folder, options, at, file, await file.size());
  }

  get at(): ResumePoint {
    return this.#at;
  }

  /** A segment without batches takes one of any length. */
  hasRoomFor(length: number): boolean {
    return this.#at.end === SECTOR_BYTES || this.#at.end + length <= this.#options.maxBytes;
  }

  /** Resolves when the batch is on the medium. */
  async append(batch: Uint8Array): Promise<void> {
    const end = this.#at.end + batch.length;
    if (this.#options.preallocate && end > this.#allocated) await this.#allocate(end);
    await this.#file.write(batch, this.#at.end);
    await this.#file.datasync();
    this.#allocated = Math.max(this.#allocated, end);
    this.#at = { ...this.#at, end, crc: crcOf(batch, this.#at.crc) };
  }

  /** Makes room when little is left: for a moment in which nobody waits. */
  async prepare(): Promise<void> {
    const { maxBytes, preallocate } = this.#options;
    const left = this.#allocated - this.#at.end;
    if (!preallocate || this.#allocated >= maxBytes || left > this.#step() / 4) return;
    await this.#allocate(this.#allocated);
  }

  /** The new file appears with its header or not at all. */
  async startNext(header: Uint8Array, epoch: number): Promise<void> {
    const segment = this.#at.segment + 1;
    const path = join(this.#folder, segmentFile(segment, epoch).name);
    await this.#disk.writeFile(path, header);
    const file = await this.#disk.open(path, "read-write");
    const full = this.#file;
    this.#file = file;
    this.#allocated = header.length;
    this.#at = { segment, epoch, end: header.length, crc: crcOf(header) };
    await full.close();
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  #step(): number {
    return Math.min(Math.max(this.#allocated, STEP_BYTES.min), STEP_BYTES.max);
  }

  async #allocate(needed: number): Promise<void> {
    const wanted = Math.max(needed, Math.min(this.#allocated + this.#step(), this.#options.maxBytes));
    while (this.#allocated < wanted) {
      const zeros = ZEROS.subarray(0, wanted - this.#allocated);
      await this.#file.write(zeros, this.#allocated);
      this.#allocated += zeros.length;
    }
    await this.#file.datasync();
  }
}
