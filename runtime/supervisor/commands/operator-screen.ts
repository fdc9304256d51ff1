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
      this.#draw();
    });
  }

  stop(): void {
    this.#ticking?.cancel();
    this.#read();
    this.#erase();
  }

  print(line: string): void {
    this.#erase();
    this.#context.out.write(`${line}\n`);
    this.#draw();
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

  #draw(): void {
    const { out, terminal } = this.#context;
    if (!terminal.isTty || this.#ticking === undefined) return;
    this.#erase();
    for (const { view, values } of this.#watched) {
      const mark = view.origin === "physical" ? "" : ` [${view.origin}]`;
      const line = `${view.key}${mark} ${view.status.state}  ${[...values.values()].join("  ")}`;
      out.write(`${line.slice(0, terminal.columns - 1)}\n`);
    }
    this.#linesDrawn = this.#watched.length;
  }

  #erase(): void {
    if (this.#linesDrawn > 0) this.#context.out.write(`\x1b[${this.#linesDrawn}A\x1b[J`);
    this.#linesDrawn = 0;
  }
}
