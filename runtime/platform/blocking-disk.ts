/**
 * The system's files through blocking calls, for a thread of its own that has nothing else to do
 * while the disk works: without the way through a pool thread a write and its datasync take about
 * a fifth less. Never for the main thread.
 */
import { closeSync, fdatasyncSync, fstatSync, openSync, readSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import type { Clock } from "@helix/hal";
import { type Disk, type DiskFile, ShortWriteError } from "./disk.ts";
import { systemClock } from "./system-clock.ts";
import { systemDisk } from "./system-disk.ts";

const OPEN_FLAGS = { read: "r", "read-write": "r+", "create-new": "wx+" } as const;
const DEFAULT_FILE_MODE = 0o600;

/** Are these the real ones, which another thread can have too? */
export const isSystemPlatform = (platform: { readonly disk: Disk; readonly clock: Clock }): boolean =>
  platform.disk === systemDisk && platform.clock === systemClock;

/** Same files as the system's disk. Only opening, reading, writing and syncing a file block. */
export const blockingDisk: Disk = {
  ...systemDisk,

  async open(path, access, mode = DEFAULT_FILE_MODE) {
    return new BlockingFile(path, openSync(path, OPEN_FLAGS[access], mode));
  },

  async writeFile(path, bytes, mode = DEFAULT_FILE_MODE) {
    const temporary = `${path}.new`;
    await systemDisk.remove(temporary);
    const file = await blockingDisk.open(temporary, "create-new", mode);
    try {
      await file.write(bytes, 0);
      await file.datasync();
    } finally {
      await file.close();
    }
    await systemDisk.rename(temporary, path);
    await systemDisk.syncFolder(dirname(path));
  },
};

class BlockingFile implements DiskFile {
  readonly #path: string;
  readonly #descriptor: number;

  constructor(path: string, descriptor: number) {
    this.#path = path;
    this.#descriptor = descriptor;
  }

  async size(): Promise<number> {
    return fstatSync(this.#descriptor).size;
  }

  async read(into: Uint8Array, position: number): Promise<number> {
    let total = 0;
    while (total < into.length) {
      const read = readSync(this.#descriptor, into, total, into.length - total, position + total);
      if (read === 0) break;
      total += read;
    }
    return total;
  }

  async write(bytes: Uint8Array, position: number): Promise<void> {
    const written = writeSync(this.#descriptor, bytes, 0, bytes.length, position);
    if (written !== bytes.length) throw new ShortWriteError(this.#path, written, bytes.length);
  }

  async datasync(): Promise<void> {
    fdatasyncSync(this.#descriptor);
  }

  async close(): Promise<void> {
    closeSync(this.#descriptor);
  }
}
