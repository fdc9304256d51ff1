/**
 * A file's bytes, twice: as the running system sees them (page cache) and as they are on the medium.
 * Between the two lie the writes since the last sync; a power cut keeps any of their sectors.
 */
import type { Random } from "@helix/hal";

/** What a disk writes in one piece; a write across sectors can be torn at their edge. */
const SECTOR_BYTES = 512;

interface PendingWrite {
  readonly number: number;
  readonly position: number;
  readonly bytes: Uint8Array;
}

export class FileContent {
  #cached = new GrowingBytes();
  #medium = new GrowingBytes();
  #pending: PendingWrite[] = [];
  #lastWrite = 0;

  get size(): number {
    return this.#cached.length;
  }

  /** Number of the latest write: what a sync that is asked for now has to cover. */
  get lastWrite(): number {
    return this.#lastWrite;
  }

  /** @returns bytes read, fewer than asked only at the end */
  read(into: Uint8Array, position: number): number {
    const part = this.#cached.view().subarray(position, position + into.length);
    into.set(part);
    return part.length;
  }

  write(bytes: Uint8Array, position: number): void {
    this.#cached.put(bytes, position);
    this.#lastWrite += 1;
    this.#pending.push({ number: this.#lastWrite, position, bytes: new Uint8Array(bytes) });
  }

  /** Writes up to number `last` are on the medium. */
  sync(last: number): void {
    for (const { bytes, position } of this.#takePending(last)) this.#medium.put(bytes, position);
  }

  /**
   * The sync failed: the system has marked the pages clean, so they stay readable and never reach
   * the medium, whatever later syncs say (Linux; PostgreSQL's "fsyncgate", 2018).
   */
  loseUpTo(last: number): void {
    this.#takePending(last);
  }

  /** Bytes written since the last sync. */
  get unsyncedBytes(): number {
    return this.#pending.reduce((sum, { bytes }) => sum + bytes.length, 0);
  }

  /** @returns how many of the bytes written since the last sync are on the medium all the same */
  powerCut(random: Random): number {
    let kept = 0;
    for (const { bytes, position } of this.#pending) {
      for (let at = 0; at < bytes.length; ) {
        const untilEdge = SECTOR_BYTES - ((position + at) % SECTOR_BYTES);
        const piece = bytes.subarray(at, at + untilEdge);
        if (random.uniform() < 0.5) {
          this.#medium.put(piece, position + at);
          kept += piece.length;
        }
        at += piece.length;
      }
    }
    this.#pending = [];
    this.#cached = new GrowingBytes();
    this.#cached.put(this.#medium.view(), 0);
    return kept;
  }

  #takePending(last: number): PendingWrite[] {
    const covered = this.#pending.findIndex((write) => write.number > last);
    return this.#pending.splice(0, covered < 0 ? this.#pending.length : covered);
  }
}

/** Bytes that can be written at any position; zeros fill a gap. */
class GrowingBytes {
  #store = new Uint8Array(256);
  length = 0;

  view(): Uint8Array {
    return this.#store.subarray(0, this.length);
  }

  put(bytes: Uint8Array, position: number): void {
    const end = position + bytes.length;
    if (end > this.#store.length) {
      const grown = new Uint8Array(Math.max(end, 2 * this.#store.length));
      grown.set(this.view());
      this.#store = grown;
    }
    this.#store.set(bytes, position);
    this.length = Math.max(this.length, end);
  }
}
