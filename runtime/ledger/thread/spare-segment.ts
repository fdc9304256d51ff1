/**
 * Makes the room for the next segment ready in the background, on the callers' thread through the
 * system's pool: the writer thread blocks on its own file and must not wait for 64 MiB of zeros.
 */
import { join } from "node:path";
import type { Disk } from "@helix/platform";
import { makeRoom, SPARE_FILE } from "../room.ts";

export class SpareSegment {
  readonly #disk: Disk;
  readonly #path: string;
  #making: Promise<boolean> | undefined;
  #isStopped = false;

  constructor(disk: Disk, folder: string) {
    this.#disk = disk;
    this.#path = join(folder, SPARE_FILE);
  }

  /** A spare that a crash left may be half of one. */
  removeOld(): Promise<void> {
    return this.#disk.remove(this.#path);
  }

  /**
   * @returns whether it is there now, whole. Not on a disk that is full: then its room is given back, and
   *   the writer, which meets the same when it needs the segment, says so to whom it concerns.
   */
  make(bytes: number): Promise<boolean> {
    this.#making = this.#make(bytes);
    return this.#making;
  }

  /** Ends the making and removes what there is of it. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#making;
    await this.removeOld();
  }

  async #make(bytes: number): Promise<boolean> {
    if (this.#isStopped) return false;
    try {
      await this.removeOld();
      const file = await this.#disk.open(this.#path, "create-new");
      try {
        await makeRoom(file, 0, bytes, () => !this.#isStopped);
      } finally {
        await file.close();
      }
      if (!this.#isStopped) return true;
    } catch {
      // Nobody waits for a spare: what keeps it from being made shows when the segment is needed.
    }
    await this.removeOld();
    return false;
  }
}
