/** Appends whole batches to the last segment, and starts the next one when it is full. */
import { join } from "node:path";
import type { Disk, DiskFile } from "@helix/platform";
import { SECTOR_BYTES } from "./bytes.ts";
import { segmentName } from "./segment.ts";

export class SegmentWriter {
  readonly #disk: Disk;
  readonly #folder: string;
  readonly #maxBytes: number;
  #number: number;
  #file: DiskFile;
  #end: number;

  private constructor(
    disk: Disk,
    folder: string,
    at: { maxBytes: number; number: number; file: DiskFile; end: number },
  ) {
    this.#disk = disk;
    this.#folder = folder;
    this.#maxBytes = at.maxBytes;
    this.#number = at.number;
    this.#file = at.file;
    this.#end = at.end;
  }

  /** @param end where its batches end, in bytes; the next one goes there */
  static async open(
    disk: Disk,
    folder: string,
    at: { maxBytes: number; number: number; end: number },
  ): Promise<SegmentWriter> {
    const file = await disk.open(join(folder, segmentName(at.number)), "read-write");
    return new SegmentWriter(disk, folder, { ...at, file });
  }

  get number(): number {
    return this.#number;
  }

  get end(): number {
    return this.#end;
  }

  /** A segment without batches takes one of any length. */
  hasRoomFor(length: number): boolean {
    return this.#end === SECTOR_BYTES || this.#end + length <= this.#maxBytes;
  }

  /** Resolves when the batch is on the medium. */
  async append(batch: Uint8Array): Promise<void> {
    await this.#file.write(batch, this.#end);
    await this.#file.datasync();
    this.#end += batch.length;
  }

  /** The new file appears with its header or not at all. */
  async startNext(header: Uint8Array): Promise<void> {
    const path = join(this.#folder, segmentName(this.#number + 1));
    await this.#disk.writeFile(path, header);
    const file = await this.#disk.open(path, "read-write");
    const full = this.#file;
    this.#file = file;
    this.#number += 1;
    this.#end = header.length;
    await full.close();
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}
