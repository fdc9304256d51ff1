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

export class LatestValues {
  readonly #context: CliContext;
  readonly #views: readonly {
    view: InstrumentView;
    id: bigint;
    values: Map<number, string>;
    frames: number;
  }[];
  readonly #reader: RingReader;
  readonly #bytes = new Uint8Array(FRAME_BYTES);
  #ticking: Cancellable | undefined;
  #linesDrawn = 0;

  constructor(supervisor: Supervisor, context: CliContext) {
    this.#context = context;
    this.#reader = supervisor.ring.reader();
    this.#views = supervisor.instruments.map((view) => ({
      view,
      id: instrumentIdAsU64(parseInstrumentId(view.instrumentId)),
      values: new Map(),
      frames: 0,
    }));
  }

  start(): void {
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
    const frames = this.#views.find(({ view }) => view.key === key)?.frames ?? 0;
    return { frames, missedByReader: this.#reader.missed };
  }

  #read(): void {
    while (this.#reader.read(this.#bytes)) {
      const frame = decodeFrame(this.#bytes);
      const seen = this.#views.find(({ id }) => id === frame.instrumentId);
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
    for (const { view, values } of this.#views) {
      const mark = view.origin === "physical" ? "" : ` [${view.origin}]`;
      const line = `${view.key}${mark} ${view.status.state}  ${[...values.values()].join("  ")}`;
      out.write(`${line.slice(0, terminal.columns - 1)}\n`);
    }
    this.#linesDrawn = this.#views.length;
  }

  #erase(): void {
    if (this.#linesDrawn > 0) this.#context.out.write(`\x1b[${this.#linesDrawn}A\x1b[J`);
    this.#linesDrawn = 0;
  }
}
