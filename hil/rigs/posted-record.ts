/** A run record that is written by another thread: lines go there in batches. */
import type { RunRecordLine } from "@helix/run-record";
import type { RunRecordSink } from "./record-writer.ts";
import type { FromWorld } from "./virtual-messages.ts";

const BATCH_CHARACTERS = 65_536;

export class PostedRecord implements RunRecordSink {
  readonly path: string;
  readonly lines: RunRecordLine[] = [];
  readonly #post: (message: FromWorld) => void;
  readonly #counts = { frames: 0, gaps: 0, drops: 0 };
  #waiting = "";

  constructor(path: string, post: (message: FromWorld) => void) {
    this.path = path;
    this.#post = post;
  }

  add(line: RunRecordLine): void {
    this.lines.push(line);
    if (line.kind === "sample") this.#counts.frames += 1;
    if (line.kind === "gap") this.#counts.gaps += 1;
    if (line.kind === "drop") this.#counts.drops += 1;
    this.#waiting += `${JSON.stringify(line)}\n`;
    // The first line at once: without it the record of a run that hangs could not be read.
    if (line.kind === "run" || this.#waiting.length >= BATCH_CHARACTERS) this.flush();
  }

  flush(): void {
    if (this.#waiting !== "")
      this.#post({ type: "record", text: this.#waiting, counts: { ...this.#counts } });
    this.#waiting = "";
  }
}
