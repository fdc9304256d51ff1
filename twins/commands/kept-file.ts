/**
 * A file that grows while something runs and is whole at every moment. Room is taken before it is used, so a disk
 * that fills stops an append before it has touched anything, and a tail (Parquet's footer) still fits.
 * Until everything is there the name ends in `.partial`.
 */
import type { CliContext } from "@helix/cli";

type Disk = CliContext["platform"]["disk"];
type DiskFile = Awaited<ReturnType<Disk["open"]>>;

const FILE_MODE = 0o644;

export const partialName = (path: string): string => `${path}.partial`;

export class KeptFile {
  readonly #disk: Disk;
  readonly #path: string;
  readonly #file: DiskFile;
  readonly #filler: number;
  /** End of what was appended, and of the room taken. */
  #end = 0;
  #room = 0;

  private constructor(disk: Disk, path: string, file: DiskFile, filler: number) {
    this.#disk = disk;
    this.#path = path;
    this.#file = file;
    this.#filler = filler;
  }

  /** @param filler byte that means nothing to readers of the file */
  static async create(disk: Disk, path: string, filler: number): Promise<KeptFile> {
    await disk.remove(partialName(path));
    return new KeptFile(disk, path, await disk.open(partialName(path), "create-new", FILE_MODE), filler);
  }

  /**
   * Appends all of `bytes`, and keeps `reserve` bytes behind them free for a tail.
   * @throws the disk's error; the file is then as it was
   */
  async append(bytes: Uint8Array, reserve = 0): Promise<void> {
    const wanted = this.#end + bytes.length + reserve;
    if (wanted > this.#room) {
      await this.#file.write(new Uint8Array(wanted - this.#room).fill(this.#filler), this.#room);
      this.#room = wanted;
    }
    await this.#file.write(bytes, this.#end);
    this.#end += bytes.length;
  }

  /** Puts `tail` at the very end. A complete file gets its own name; another keeps `.partial`. */
  async finish(tail: Uint8Array, isComplete: boolean): Promise<void> {
    try {
      if (tail.length > 0) {
        const room = await this.#file.size();
        await this.#file.write(tail, Math.max(this.#end, room - tail.length));
      }
      await this.#file.datasync();
    } finally {
      await this.#file.close();
    }
    if (isComplete) await this.#disk.rename(partialName(this.#path), this.#path);
  }
}
