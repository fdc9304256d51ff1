/**
 * A campaign's journal: one JSON line per finished run, on the medium before the next one is begun.
 * A line that a crash tore off at its end is dropped, and its run is done again.
 */
import { dirname } from "node:path";
import type { Disk, DiskFile } from "@helix/platform";
import type { JobLine } from "./job.ts";

export class Journal {
  readonly #file: DiskFile;
  readonly #lines: Map<string, JobLine>;
  #position: number;
  #written: Promise<void> = Promise.resolve();

  /** @throws Error for a line that is whole and no JSON */
  static async open(disk: Disk, path: string): Promise<Journal> {
    const found = await disk.stat(path);
    const bytes = found ? await disk.readFile(path) : new Uint8Array();
    const whole = bytes.subarray(0, bytes.lastIndexOf(0x0a) + 1);
    if (!found || whole.length < bytes.length) await disk.writeFile(path, whole);
    await disk.syncFolder(dirname(path));
    const lines = new TextDecoder().decode(whole).split("\n").slice(0, -1);
    const parsed = lines.map((line, i) => parseLine(line, `${path}:${i + 1}`));
    return new Journal(await disk.open(path, "read-write"), whole.length, parsed);
  }

  private constructor(file: DiskFile, position: number, lines: readonly JobLine[]) {
    this.#file = file;
    this.#position = position;
    this.#lines = new Map(lines.map((line) => [line.id, line]));
  }

  /** By job id. */
  get lines(): ReadonlyMap<string, JobLine> {
    return this.#lines;
  }

  /** Resolves when the line is on the medium. @throws the disk's error */
  async add(line: JobLine): Promise<void> {
    this.#lines.set(line.id, line);
    const bytes = new TextEncoder().encode(`${JSON.stringify(line)}\n`);
    const position = this.#position;
    this.#position += bytes.length;
    this.#written = this.#written.then(async () => {
      await this.#file.write(bytes, position);
      await this.#file.datasync();
    });
    return this.#written;
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}

function parseLine(line: string, place: string): JobLine {
  try {
    return JSON.parse(line) as JobLine;
  } catch (error) {
    throw new Error(`${place} is no line of a campaign's journal`, { cause: error });
  }
}
