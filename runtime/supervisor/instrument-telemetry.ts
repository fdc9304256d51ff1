/**
 * The telemetry half of a session: a bounded channel per stream, the pipeline behind it, and the
 * ledger records of everything that did not get through.
 */
import { FrameChannel } from "@helix/bus";
import { channelCapacity, type DropEvent, isTelemetrySource, type StreamStopReason } from "@helix/hal";
import { Pipeline, type PipelineCounts } from "@helix/pipeline";
import type { LoadedDriver } from "./driver-host.ts";
import type { SessionOptions } from "./instrument-session.ts";

const SETTLED = Promise.resolve();

export type TelemetryOptions = SessionOptions & { readonly onFrames: () => void };

/** How long what a driver has sent may take to get through before the driver is stopped (section 6.4). */
const DRAIN_LIMIT_MS = 2000;
const DRAIN_LOOK_MS = 10;

/** Of one driver: the next one's sequences begin anew. */
export class InstrumentTelemetry {
  readonly #options: TelemetryOptions;
  readonly #pipeline: Pipeline;
  readonly #isolatedChannels: Set<number>;
  #channel: FrameChannel | undefined;

  constructor(options: TelemetryOptions, isolatedChannels: ReadonlySet<number> = new Set()) {
    this.#options = options;
    this.#isolatedChannels = new Set(isolatedChannels);
    this.#pipeline = new Pipeline(options.ring, {
      origin: options.origin,
      predict: options.predict,
      channelIds: () => new Set(this.#channels().map((channel) => channel.id)),
      events: {
        published: (count) => {
          options.onFrames();
          options.emit({ type: "frames", instrument: options.config.key, count });
        },
        first: (takenTaiNs) => this.#recordInterruption(takenTaiNs),
        gap: (gap) => this.#recordGap(gap),
        crcFailure: (failure) => this.#recordCrcFailure(failure),
        contractViolation: ({ channelId, sequence, reason }) =>
          this.#recordBreach(`channel ${channelId}, sequence ${sequence}: ${reason}`),
      },
    });
  }

  get counts(): Readonly<PipelineCounts> {
    return this.#pipeline.counts;
  }

  get lastSequence(): bigint {
    return this.#pipeline.lastSequence;
  }

  /**
   * What goes on with another driver: a channel that is offline stays so. The time without readings is
   * counted from `sinceUtcNs`, or from before that where none has come since.
   */
  handOver(driver: LoadedDriver, sinceUtcNs: bigint | undefined): InstrumentTelemetry {
    const pending = this.counts.published === 0 ? this.#options.interruptedSinceUtcNs : undefined;
    const interruptedSinceUtcNs = pending ?? sinceUtcNs;
    return new InstrumentTelemetry(
      { ...this.#options, driver, interruptedSinceUtcNs },
      this.#isolatedChannels,
    );
  }

  /** Tells the driver to make no more frames, and waits until what it has sent is through. */
  async drain(): Promise<void> {
    const { clock } = this.#options.platform;
    this.#options.backpressure.set({ level: "Dropping", framesDroppedSinceLastSignal: 0 });
    for (let waitedMs = 0; waitedMs < DRAIN_LIMIT_MS; waitedMs += DRAIN_LOOK_MS) {
      if (!this.#channel || this.#channel.depth === 0) return;
      await clock.sleep(DRAIN_LOOK_MS);
    }
  }

  /** Nothing that a driver sends after this counts: one that did not end its stream must not speak for the next one. */
  end(): void {
    const channel = this.#channel;
    if (channel === undefined) return;
    channel.close();
    this.#pipeline.drain(channel);
    this.#options.backpressure.set({ level: "Normal" });
  }

  /** The channel is not asked for in later streams. */
  isolate(channelId: number): void {
    this.#isolatedChannels.add(channelId);
  }

  /** Settles when the driver's stream does, with why it ended; at once where the driver has none. */
  async stream(signal: AbortSignal): Promise<StreamStopReason | undefined> {
    const { driver, config, platform, backpressure } = this.#options;
    const source = driver.instrument;
    if (!isTelemetrySource(source)) return undefined;
    const totalRateHz = this.#channels().reduce((sum, channel) => sum + channel.nominalRateHz, 0);
    const drain = () => this.#pipeline.drain(channel);
    const channel: FrameChannel = new FrameChannel({
      instrumentId: source.instrumentId,
      capacity:
        config.channelCapacityOverride ?? channelCapacity(totalRateHz, config.backpressureBufferSeconds),
      clock: platform.clock,
      onDrop: (drop) => this.#recordDrop(drop),
      // A burst from the protocol stack is taken in one go, after the stack has let go.
      // By a promise: queueMicrotask makes an object for asynchronous hooks each time.
      onFrames: () => void SETTLED.then(drain),
    });
    this.#channel = channel;
    const unsubscribe = channel.signals.subscribe((level) => backpressure.set(level));
    try {
      const channelMask =
        this.#isolatedChannels.size === 0
          ? []
          : this.#channels()
              .map(({ id }) => id)
              .filter((id) => !this.#isolatedChannels.has(id));
      return await source.streamTelemetry(
        channel,
        { channelMask, rateOverrides: new Map(), dropPolicy: config.dropPolicy, simulationMode: false },
        signal,
      );
    } finally {
      unsubscribe();
      channel.close();
      this.#pipeline.drain(channel);
    }
  }

  #channels() {
    const { instrument } = this.#options.driver;
    return isTelemetrySource(instrument) ? instrument.channels : [];
  }

  #channelName(id: number): string {
    return this.#channels().find((channel) => channel.id === id)?.name ?? `channel ${id}`;
  }

  #recordGap(gap: { channelId: number; lastSequence: bigint; nextSequence: bigint; missing: bigint }): void {
    const { emit, ledger, config } = this.#options;
    const { channelId, ...numbers } = gap;
    const channel = this.#channelName(channelId);
    const record = { type: "TELEMETRY_GAP", instrument: config.key, channel, ...numbers } as const;
    const ledgerSequence = ledger.append(record).then((receipt) => receipt.sequence);
    // The listener may not wait for it; a ledger that fails says so in `ledger.failure` too.
    ledgerSequence.catch(() => {});
    emit({ ...record, type: "gap", ledgerSequence });
  }

  /** Whoever reads the ledger later must not take the time in which nobody measured for a calm one. */
  #recordInterruption(firstTakenTaiNs: bigint): void {
    const { emit, ledger, config, interruptedSinceUtcNs: sinceUtcNs } = this.#options;
    if (sinceUtcNs === undefined) return;
    const facts = { instrument: config.key, sinceUtcNs, firstTakenTaiNs };
    const ledgerSequence = ledger
      .append({ type: "TELEMETRY_INTERRUPTED", ...facts })
      .then((receipt) => receipt.sequence);
    // As with a gap: the failing ledger tells of itself.
    ledgerSequence.catch(() => {});
    emit({ type: "interruption", ...facts, ledgerSequence });
  }

  #recordCrcFailure({
    expected,
    actual,
    frame,
  }: {
    expected: number;
    actual: number;
    frame: Uint8Array;
  }): void {
    const { emit, ledger, config } = this.#options;
    ledger.enqueue({ type: "TELEMETRY_CRC_FAILURE", instrument: config.key, expected, actual, frame });
    emit({ type: "crc-failure", instrument: config.key, expected, actual });
  }

  #recordDrop(drop: DropEvent): void {
    const { emit, ledger, config } = this.#options;
    ledger.enqueue({ type: "TELEMETRY_DROP_BACKPRESSURE", instrument: config.key, ...drop });
    emit({ type: "drop", instrument: config.key, drop });
  }

  #recordBreach(description: string): void {
    const { emit, ledger, config } = this.#options;
    ledger.enqueue({ type: "DEVIATION", instrument: config.key, mandatory: false, description });
    emit({ type: "contract-violation", instrument: config.key, reason: description });
  }
}
