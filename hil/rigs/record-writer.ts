/**
 * Writes a run record line by line as things happen, in order, and keeps the lines for the judging.
 */
import type { Disk, DiskFile } from "@helix/platform";
import type { RunRecordLine } from "@helix/run-record";

/** A run record that is being written. */
export interface RunRecordSink {
  readonly path: string;
  readonly lines: readonly RunRecordLine[];
  add(line: RunRecordLine): void;
}

/** The record has a hole, and so proves nothing. */
export class RecordError extends Error {
  override readonly name = "RecordError";
}

export class RecordWriter implements RunRecordSink {
  readonly path: string;
  readonly #file: DiskFile;
  readonly #lines: RunRecordLine[] = [];
  #position = 0;
  #waiting: string[] = [];
  #writing: Promise<void> | undefined;
  #isOver = false;
  #failure: unknown;

  private constructor(path: string, file: DiskFile) {
    this.path = path;
    this.#file = file;
  }

  /** @throws Error with the system's code when the file cannot be made, or is there already */
  static async create(disk: Disk, path: string): Promise<RecordWriter> {
    return new RecordWriter(path, await disk.open(path, "create-new", 0o644));
  }

  get lines(): readonly RunRecordLine[] {
    return this.#lines;
  }

  /**
   * Takes a line; it is on its way to the file when this returns. The plant goes on telling while the
   * record is closed: what comes then is after the end, and is left out.
   */
  add(line: RunRecordLine): void {
    if (this.#isOver) return;
    this.#lines.push(line);
    this.addText(`${JSON.stringify(line)}\n`);
  }

  /** Takes whole lines that were made elsewhere. */
  addText(text: string): void {
    this.#waiting.push(text);
    this.#writing ??= this.#writeWaiting();
  }

  /** Resolves when every line is on the medium. @throws RecordError when one could not be written */
  async close(): Promise<void> {
    this.#isOver = true;
    await this.#writing;
    try {
      if (this.#failure !== undefined) throw this.#failure;
      await this.#file.datasync();
    } catch (error) {
      const reason = (error as Error).message;
      throw new RecordError(`the record could not be written (${reason}); is the disk full?`, {
        cause: error,
      });
    } finally {
      await this.#file.close();
    }
  }

  async #writeWaiting(): Promise<void> {
    try {
      while (this.#waiting.length > 0) {
        const bytes = new TextEncoder().encode(this.#waiting.splice(0).join(""));
        await this.#file.write(bytes, this.#position);
        this.#position += bytes.length;
      }
    } catch (error) {
      // Told at close: until then the run goes on, its record would only have a hole.
      this.#failure ??= error;
    } finally {
      this.#writing = undefined;
    }
  }
}
