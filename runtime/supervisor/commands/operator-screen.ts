/**
 * What an operator sees in a terminal: events as they come, and below them one line per
 * instrument with its latest values, drawn again every second.
 */
import type { RingReader } from "@helix/bus";
import type { CliContext } from "@helix/cli";
import {
  type Cancellable,
  decodeFrame,
  FRAME_BYTES,
  instrumentIdAsU64,
  parseInstrumentId,
  qualityClass,
} from "@helix/hal";
import type { InstrumentView, Supervisor } from "../supervisor.ts";

const REDRAW_MS = 1000;

interface Watched {
  readonly view: InstrumentView;
  /** As frames name it. */
  readonly id: bigint;
  /** Latest by channel id, as text. */
  readonly values: Map<number, string>;
  frames: number;
}

export class OperatorScreen {
  readonly #context: CliContext;
  readonly #bytes = new Uint8Array(FRAME_BYTES);
  #watched: readonly Watched[] = [];
  #reader: RingReader | undefined;
  #ticking: Cancellable | undefined;
  #linesDrawn = 0;

  constructor(context: CliContext) {
    this.#context = context;
  }

  watch(supervisor: Supervisor): void {
    this.#reader = supervisor.ring.reader("oldest");
    this.#watched = supervisor.instruments.map((view) => ({
      view,
      id: instrumentIdAsU64(parseInstrumentId(view.instrumentId)),
      values: new Map(),
      frames: 0,
    }));
    this.#ticking = this.#context.platform.clock.interval(REDRAW_MS, () => {
      this.#read();
      const erased = this.#erased();
      this.#context.out.write(erased + this.#drawn());
    });
  }

  stop(): void {
    this.#ticking?.cancel();
    this.#ticking = undefined;
    this.#read();
    this.#context.out.write(this.#erased());
  }

  print(line: string): void {
    const erased = this.#erased();
    this.#context.out.write(`${erased}${line}\n${this.#drawn()}`);
  }

  /** Frames seen of the instrument with this key, and how many this reader was too slow for. */
  counts(key: string): { frames: number; missedByReader: bigint } {
    const frames = this.#watched.find(({ view }) => view.key === key)?.frames ?? 0;
    return { frames, missedByReader: this.#reader?.missed ?? 0n };
  }

  #read(): void {
    while (this.#reader?.read(this.#bytes)) {
      const frame = decodeFrame(this.#bytes);
      const seen = this.#watched.find(({ id }) => id === frame.instrumentId);
      if (seen === undefined)
        throw new Error(`a frame of instrument ${frame.instrumentId}, which is not configured`);
      seen.frames += 1;
      const channel = seen.view.channels.find(({ id }) => id === frame.channelId);
      if (channel === undefined) continue;
      const decimals = Math.max(0, -Math.floor(Math.log10(channel.resolution)));
      const quality = qualityClass(frame.qualityFlags);
      const mark = quality === "Good" ? "" : ` (${quality})`;
      seen.values.set(
        frame.channelId,
        `${channel.name} ${frame.value.toFixed(decimals)} ${channel.unit}${mark}`,
      );
    }
  }

  /** The lines of the instruments, to be written below everything else; nothing where nobody watches. */
  #drawn(): string {
    const { terminal } = this.#context;
    if (!terminal.isTty || this.#ticking === undefined) return "";
    this.#linesDrawn = this.#watched.length;
    return this.#watched.map((watched) => `${instrumentLine(watched, terminal.columns)}\n`).join("");
  }

  /**
   * What takes them away, from wherever a key's echo (^C) has moved the cursor; in one write with what
   * comes instead, so that nothing flickers.
   */
  #erased(): string {
    const lines = this.#linesDrawn;
    this.#linesDrawn = 0;
    return lines === 0 ? "" : `\r\x1b[${lines}A\x1b[J`;
  }
}

/** No longer than the terminal is wide: a line that wraps could not be taken away again. */
export function instrumentLine({ view, values }: Pick<Watched, "view" | "values">, columns: number): string {
  const mark = view.origin === "physical" ? "" : ` [${view.origin}]`;
  let line = `${view.key}${mark} ${view.status.state}`;
  for (const value of values.values()) {
    if (line.length + 2 + value.length >= columns) break;
    line += `  ${value}`;
  }
  return line.slice(0, columns - 1);
}
