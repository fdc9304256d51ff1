/**
 * One stream: subscribes, hands the frames over as the drop policy says, and counts.
 */
import {
  type FrameSender,
  InstrumentError,
  type StreamConfig,
  type StreamingStats,
  type StreamStopReason,
  sendWithPolicy,
  type TelemetryFrame,
} from "@helix/hal";
import { FrameMaker } from "./frame-maker.ts";
import { monitoredNodes, type NodeWithRole } from "./monitored-nodes.ts";
import { RateMeter } from "./rate-meter.ts";
import type { OpcUaSession } from "./session.ts";
import type { SessionTarget } from "./settings.ts";
import { ToldValues, watchForUntoldValues } from "./silent-subscription.ts";
import { type Notification, Subscription } from "./subscription.ts";
import type { TelemetryPlan } from "./telemetry-plan.ts";

export class Telemetry {
  readonly #target: SessionTarget;
  readonly #plan: TelemetryPlan;
  readonly #maker: FrameMaker;
  readonly #rate = new RateMeter();
  #lastSequence = 0n;
  #sent = 0;
  #dropped = 0;
  #lastFrameNs = 0n;

  constructor(target: SessionTarget, plan: TelemetryPlan) {
    this.#target = target;
    this.#plan = plan;
    this.#maker = new FrameMaker(target, plan);
  }

  /** Sequence of the frame received last; 0 before the first. */
  get lastSequence(): bigint {
    return this.#lastSequence;
  }

  get stats(): StreamingStats {
    return {
      framesSent: this.#sent,
      framesDroppedBackpressure: this.#dropped,
      // TCP and the secure channel check every message; a broken one ends the connection.
      framesDroppedCrcError: 0,
      channelSequenceGaps: this.#maker.gaps,
      lastFrameTimestampNs: this.#lastFrameNs,
      currentRateHz: this.#rate.rateHz(this.#target.context.clock.monotonicNs()),
    };
  }

  /**
   * Streams until `signal` aborts or the consumer closes.
   *
   * @param onStreaming  called when the server has accepted the subscription
   * @throws InstrumentError ConnectionLost, OperationNotSupported; the stack's error when the server
   *   refuses the subscription
   */
  async run(
    session: OpcUaSession,
    sender: FrameSender,
    config: StreamConfig,
    signal: AbortSignal,
    onStreaming: () => void,
  ): Promise<StreamStopReason> {
    if (config.simulationMode) throw this.#unsupported("simulation mode");
    // Also ends the stream when the consumer has closed its end.
    const closing = new AbortController();
    const until = AbortSignal.any([signal, closing.signal]);
    const nodes = monitoredNodes(this.#plan, config);
    try {
      const subscription = await Subscription.open(session, nodes, this.#plan.publishingIntervalMs, until);
      onStreaming();
      const told = new ToldValues();
      const watch = new AbortController();
      const watched = AbortSignal.any([until, watch.signal]);
      void watchForUntoldValues(session, nodes, told, subscription.longestPeriodMs, watched);
      try {
        await this.#deliver(subscription, told, nodes, sender, config, closing, until);
      } finally {
        watch.abort();
      }
    } catch (error) {
      // What an abort breaks off is no failure; a loss is one at any time.
      const isLoss = error instanceof InstrumentError && error.kind === "ConnectionLost";
      if (!signal.aborted || isLoss) throw error;
    }
    return "Requested";
  }

  async #deliver(
    subscription: Subscription,
    told: ToldValues,
    nodes: readonly NodeWithRole[],
    sender: FrameSender,
    config: StreamConfig,
    closing: AbortController,
    until: AbortSignal,
  ): Promise<void> {
    this.#maker.beginSubscription();
    try {
      const take = async (notification: Notification) => {
        for (const frame of this.#maker.frames(notification, nodes)) {
          if (!(await this.#send(frame, sender, config, until))) return closing.abort();
        }
      };
      await subscription.run(
        (notification) => told.whileTaking(notification, () => take(notification)),
        until,
      );
    } finally {
      await subscription.close();
    }
  }

  /** @returns false when the consumer has closed its end */
  async #send(
    frame: TelemetryFrame,
    sender: FrameSender,
    config: StreamConfig,
    signal: AbortSignal,
  ): Promise<boolean> {
    const wasFull = sender.depth >= sender.capacity;
    const outcome = await sendWithPolicy(sender, frame, config.dropPolicy, signal);
    if (outcome === "closed") return false;
    const madeRoom = outcome === "sent" && wasFull && config.dropPolicy.policy !== "Backpressure";
    if (outcome === "dropped" || madeRoom) this.#dropped += 1;
    if (outcome === "sent") {
      this.#sent += 1;
      this.#rate.note(frame.timestampNs);
      this.#lastFrameNs = frame.timestampNs;
    }
    this.#lastSequence = frame.sequence;
    return true;
  }

  #unsupported(operation: string): InstrumentError {
    const { instrumentId } = this.#target;
    return new InstrumentError({ kind: "OperationNotSupported", instrumentId, operation });
  }
}
