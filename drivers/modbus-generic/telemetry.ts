/** One stream: polls on the grid, hands the frames over as the drop policy says, and counts. */
import {
  type Clock,
  type FrameSender,
  InstrumentError,
  type StreamConfig,
  type StreamingStats,
  type StreamStopReason,
  sendWithPolicy,
  type TelemetryFrame,
} from "@helix/hal";
import type { ModbusChannel } from "./channels.ts";
import { asInstrumentError, connectionLost, type ErrorTarget } from "./errors.ts";
import { FrameMaker } from "./frame-maker.ts";
import type { ModbusLink } from "./link/link.ts";
import { type StopSignal, StopSwitch } from "./link/stop-signal.ts";
import { PollFailure, type PollPlan, poll, pollPlan } from "./poller.ts";
import { PollingGrid } from "./polling-slots.ts";
import { RateMeter } from "./rate-meter.ts";

export interface PollTiming {
  readonly intervalMs: number;
  readonly timeoutMs: number;
}

export class Telemetry {
  readonly #clock: Clock;
  readonly #channels: readonly ModbusChannel[];
  readonly #timing: PollTiming;
  readonly #maker: FrameMaker;
  readonly #grid: PollingGrid;
  readonly #rate = new RateMeter();
  #lastSequence = 0n;
  #sent = 0;
  #dropped = 0;
  #checksumFailures = 0;
  #lastFrameNs = 0n;

  constructor(
    clock: Clock,
    instrumentId: ErrorTarget["instrumentId"],
    channels: readonly ModbusChannel[],
    timing: PollTiming,
  ) {
    this.#clock = clock;
    this.#channels = channels;
    this.#timing = timing;
    this.#maker = new FrameMaker(clock, instrumentId, channels);
    this.#grid = new PollingGrid(timing.intervalMs);
  }

  /** Sequence of the frame received last; 0 before the first. */
  get lastSequence(): bigint {
    return this.#lastSequence;
  }

  get stats(): StreamingStats {
    return {
      framesSent: this.#sent,
      framesDroppedBackpressure: this.#dropped,
      framesDroppedCrcError: this.#checksumFailures,
      channelSequenceGaps: this.#maker.gaps,
      lastFrameTimestampNs: this.#lastFrameNs,
      currentRateHz: this.#rate.rateHz(this.#clock.monotonicNs()),
    };
  }

  /**
   * Streams until `signal` aborts or the consumer closes. A poll without an answer leaves its numbers
   * out; so many in a row are a loss (the link counts them).
   *
   * @throws InstrumentError ConnectionLost, ChecksumFailure, ProtocolViolation, OperationNotSupported
   */
  async run(
    link: ModbusLink,
    target: ErrorTarget,
    sender: FrameSender,
    config: StreamConfig,
    signal: AbortSignal,
  ): Promise<StreamStopReason> {
    if (config.simulationMode) throw unsupported(target, "simulation mode");
    const plan = this.#plan(config);
    const until = new StopSwitch();
    const stop = () => until.stop();
    signal.addEventListener("abort", stop, { once: true });
    void link.lost.then(stop);
    try {
      return await this.#stream(link, plan, target, sender, config, signal, until);
    } finally {
      signal.removeEventListener("abort", stop);
      stop();
    }
  }

  async #stream(
    link: ModbusLink,
    plan: PollPlan,
    target: ErrorTarget,
    sender: FrameSender,
    config: StreamConfig,
    signal: AbortSignal,
    until: StopSignal,
  ): Promise<StreamStopReason> {
    for (;;) {
      const { slot, dueNs } = this.#grid.next(this.#clock.monotonicNs());
      await this.#waitUntil(dueNs, until);
      if (signal.aborted) return "Requested";
      if (!link.isOpen) throw connectionLost(target, link.loss ?? "the connection has been closed");
      const frames = await this.#poll(link, plan, slot, target, until);
      for (const frame of frames) {
        const outcome =
          this.#trySend(frame, sender, config) ?? (await this.#send(frame, sender, config, signal));
        if (outcome === "closed") return "Requested";
      }
    }
  }

  #plan({ channelMask, rateOverrides }: StreamConfig): PollPlan {
    const wanted = this.#channels.filter(
      ({ descriptor }) => channelMask.length === 0 || channelMask.includes(descriptor.id),
    );
    return pollPlan(wanted, ({ descriptor }) => {
      const asked = rateOverrides.get(descriptor.id) ?? descriptor.nominalRateHz;
      return BigInt(Math.max(1, Math.round(descriptor.nominalRateHz / asked)));
    });
  }

  /** Until then, or until it is stopped; with a turn of the event loop also when it is due now. */
  #waitUntil(dueNs: bigint, until: StopSignal): Promise<void> {
    return new Promise((resolve) => {
      if (until.aborted) return resolve();
      const leftMs = Number(dueNs - this.#clock.monotonicNs()) / 1e6;
      const end = () => {
        timer.cancel();
        until.removeEventListener("abort", end);
        resolve();
      };
      const timer = this.#clock.timer(Math.max(0, leftMs), end);
      until.addEventListener("abort", end);
    });
  }

  async #poll(
    link: ModbusLink,
    plan: PollPlan,
    slot: bigint,
    target: ErrorTarget,
    signal: StopSignal,
  ): Promise<TelemetryFrame[]> {
    const limits = { operation: "poll", budgetMs: this.#timing.timeoutMs, signal };
    try {
      const outcomes = await poll(this.#clock, link, plan, slot, limits);
      return this.#maker.frames(plan, slot, outcomes);
    } catch (failure) {
      if (!(failure instanceof PollFailure)) throw failure;
      const blamed = plan.channels.find(({ value, setpoint }) =>
        [value.group, setpoint?.group].includes(failure.group),
      );
      const error = asInstrumentError(target, failure.cause, blamed?.channel.descriptor.id ?? 0);
      if (error instanceof InstrumentError && error.kind === "ChecksumFailure") this.#checksumFailures += 1;
      throw error;
    }
  }

  /** The usual case, without a promise; undefined where the drop policy has to decide. */
  #trySend(
    frame: TelemetryFrame,
    sender: FrameSender,
    { dropPolicy }: StreamConfig,
  ): "sent" | "closed" | undefined {
    if (dropPolicy.policy === "Backpressure" || sender.depth >= sender.capacity) return undefined;
    const outcome = sender.trySend(frame);
    if (outcome === "full") return undefined;
    if (outcome === "sent") this.#noteSent(frame);
    return outcome;
  }

  async #send(
    frame: TelemetryFrame,
    sender: FrameSender,
    { dropPolicy }: StreamConfig,
    signal: AbortSignal,
  ): Promise<"sent" | "dropped" | "closed"> {
    const wasFull = sender.depth >= sender.capacity;
    const outcome = await sendWithPolicy(sender, frame, dropPolicy, signal).catch((error: unknown) => {
      if (signal.aborted) return "closed" as const;
      throw error;
    });
    if (outcome === "closed") return outcome;
    const madeRoom = outcome === "sent" && wasFull && dropPolicy.policy !== "Backpressure";
    if (outcome === "dropped" || madeRoom) this.#dropped += 1;
    if (outcome === "sent") this.#noteSent(frame);
    else this.#lastSequence = frame.sequence;
    return outcome;
  }

  #noteSent(frame: TelemetryFrame): void {
    this.#sent += 1;
    this.#rate.note(frame.timestampNs);
    this.#lastFrameNs = frame.timestampNs;
    this.#lastSequence = frame.sequence;
  }
}

const unsupported = ({ instrumentId }: ErrorTarget, operation: string) =>
  new InstrumentError({ kind: "OperationNotSupported", instrumentId, operation });
