/**
 * Appends whole batches to the last segment, and starts the next one when it is full. A segment has
 * its room from the start, so that the datasync of a batch has no new file size to make durable.
 */
import { join } from "node:path";
import type { Disk, DiskFile } from "@helix/platform";
import { SECTOR_BYTES } from "./bytes.ts";
import { crcOf, type ResumePoint } from "./resume-point.ts";
import { createSegment, FIRST_ROOM_BYTES, makeRoom, nextRoom } from "./room.ts";
import { segmentFile } from "./segment.ts";

export interface SegmentWriterOptions {
  /** Of a segment; one batch that is longer gets a segment of its own. */
  readonly maxBytes: number;
  /** Make the room of a segment with it. Not worth it where a datasync costs nothing. */
  readonly preallocate: boolean;
  /** Room that the segment in use is given at least, in bytes; default 1 MiB. */
  readonly firstRoomBytes?: number;
  /** Is the room for the next segment ready? */
  readonly hasSpare?: () => boolean;
  /** It has become a segment. */
  readonly spareUsed?: () => void;
  /** The last segment is half full: the next one will want so many bytes. */
  readonly wantSpare?: (bytes: number) => void;
}

export class SegmentWriter {
  readonly #disk: Disk;
  readonly #folder: string;
  readonly #options: SegmentWriterOptions;
  #at: ResumePoint;
  #file: DiskFile;
  /** Where the next segment must start, in bytes. */
  #room: number;
  #askedForSpare = false;

  private constructor(
    disk: Disk,
    folder: string,
    options: SegmentWriterOptions,
    at: ResumePoint,
    file: DiskFile,
    room: number,
  ) {
    this.#disk = disk;
    this.#folder = folder;
    this.#options = options;
    this.#at = at;
    this.#file = file;
    this.#room = room;
  }

  /** @param at where its batches end; the next one goes there */
  static async open(
    disk: Disk,
    folder: string,
    options: SegmentWriterOptions,
    at: ResumePoint,
  ): Promise<SegmentWriter> {
    const file = await disk.open(join(folder, segmentFile(at.segment, at.epoch).name), "read-write");
    const { maxBytes, preallocate, firstRoomBytes = FIRST_ROOM_BYTES } = options;
    if (!preallocate) return new SegmentWriter(disk, folder, options, at, file, maxBytes);
    try {
      const size = await file.size();
      const room = Math.max(size, Math.min(firstRoomBytes, maxBytes));
      await makeRoom(file, size, room);
      return new SegmentWriter(disk, folder, options, at, file, room);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  get at(): ResumePoint {
    return this.#at;
  }

  /** A segment without batches takes one of any length. */
  hasRoomFor(length: number): boolean {
    return this.#at.end === SECTOR_BYTES || this.#at.end + length <= this.#room;
  }

  /** Resolves when the batch is on the medium. */
  async append(batch: Uint8Array): Promise<void> {
    await this.#file.write(batch, this.#at.end);
    await this.#file.datasync();
    this.#at = { ...this.#at, end: this.#at.end + batch.length, crc: crcOf(batch, this.#at.crc) };
    if (this.#askedForSpare || this.#at.end < this.#room / 2) return;
    this.#askedForSpare = true;
    this.#options.wantSpare?.(nextRoom(this.#room, this.#options.maxBytes));
  }

  /** The new file appears with its header and its room, or not at all. */
  async startNext(header: Uint8Array, epoch: number): Promise<void> {
    const segment = this.#at.segment + 1;
    const { preallocate, maxBytes, hasSpare, spareUsed } = this.#options;
    const path = join(this.#folder, segmentFile(segment, epoch).name);
    if (preallocate) {
      const spare = hasSpare?.() ?? false;
      await createSegment(this.#disk, path, header, { bytes: nextRoom(this.#room, maxBytes), spare });
      if (spare) spareUsed?.();
    } else await this.#disk.writeFile(path, header);
    const file = await this.#disk.open(path, "read-write");
    const full = this.#file;
    this.#file = file;
    this.#room = preallocate ? await file.size() : maxBytes;
    this.#askedForSpare = false;
    this.#at = { segment, epoch, end: header.length, crc: crcOf(header) };
    await full.close();
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}
