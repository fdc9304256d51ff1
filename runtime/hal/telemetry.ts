/**
 * Continuous measurement data (HELIX-HAL-0001 section 2.2).
 */
import type { BackpressureSignal, DropPolicy, DropReason } from "./backpressure.ts";
import type { TelemetryFrame } from "./frame.ts";
import type { Instrument } from "./instrument.ts";

/**
 * Implemented by instruments that stream. The driver sends frames into a bounded channel; it
 * never sees the ring buffer, the ledger or another driver.
 *
 * Each frame carries a right CRC-32C over bytes 0..56 ({@link encodeFrame} sets it) and a
 * sequence that strictly rises per channel. A jump in the sequence is the driver's statement that
 * samples were lost; the pipeline records it as a gap.
 */
export interface TelemetrySource extends Instrument {
  /** Constant for the life of the connection. */
  readonly channels: readonly ChannelDescriptor[];

  /**
   * Streams until `signal` aborts (settles within 2 s then), the instrument ends its run, or an
   * error that the driver cannot repair occurs. Must not block the event loop
   * ({@link DriverContext.blocking}); must yield once per polling cycle.
   *
   * @throws InstrumentError; the supervisor acts on its `recoveryAction`.
   */
  streamTelemetry(sender: FrameSender, config: StreamConfig, signal: AbortSignal): Promise<StreamStopReason>;

  /** Polled every 10 s by the supervisor. */
  readonly streamingStats: StreamingStats;
}

export interface ChannelDescriptor {
  /** u16, counts from 0; `TelemetryFrame.channelId`. */
  readonly id: number;
  /** Lower case with underscores, used in configuration, UI and audit records. */
  readonly name: string;
  /** UCUM, one of the table in units.ts. */
  readonly unit: string;
  /** Hz; advisory. */
  readonly nominalRateHz: number;
  /** In `unit`; for axes and alarm limits. */
  readonly range: { readonly min: number; readonly max: number };
  /** Smallest meaningful change, in `unit`. */
  readonly resolution: number;
  /** Takes a setpoint through Commandable. */
  readonly isWritable: boolean;
}

export interface StreamConfig {
  /** Channel ids to stream; empty means all. */
  readonly channelMask: readonly number[];
  /** Hz by channel id; a channel not named keeps the instrument's own rate. */
  readonly rateOverrides: ReadonlyMap<number, number>;
  readonly dropPolicy: DropPolicy;
  /** Synthetic data; needs `capabilities.supportsSimulationMode`. */
  readonly simulationMode: boolean;
}

/** Requested: `signal`. InstrumentEOF: no more data. RunComplete: batch over, instrument idle. */
export type StreamStopReason = "Requested" | "InstrumentEOF" | "RunComplete";

export interface StreamingStats {
  readonly framesSent: number;
  readonly framesDroppedBackpressure: number;
  readonly framesDroppedCrcError: number;
  readonly channelSequenceGaps: number;
  /** ns, monotonic; 0n before the first frame. */
  readonly lastFrameTimestampNs: bigint;
  readonly currentRateHz: number;
}

/**
 * The driver's end of its bounded frame channel.
 *
 * With DropOldest: `trySend`, on "full" `forceDropOldest`, then `trySend` again. With DropNewest:
 * `trySend`, on "full" `dropNewest`. With Backpressure: `send`. {@link sendWithPolicy} does this
 * for every policy.
 */
export interface FrameSender {
  /** Frames the channel holds when full. */
  readonly capacity: number;
  /** Frames now in it. */
  readonly depth: number;
  /** Latest signal; the same as `context.backpressure` tells. */
  readonly backpressure: BackpressureSignal;

  /** Never waits. "closed": the supervisor is stopping this stream. */
  trySend(frame: TelemetryFrame): "sent" | "full" | "closed";

  /** Waits for room. Rejects with the signal's reason when aborted. */
  send(frame: TelemetryFrame, signal: AbortSignal): Promise<"sent" | "closed">;

  /** Drops the head of the channel and records the drop in the ledger. False when it is empty. */
  forceDropOldest(reason?: DropReason): boolean;

  /** Drops the oldest frame whose quality is below `thresholdQuality`. False when there is none. */
  forceDropLowQuality(thresholdQuality: number): boolean;

  /** Records that `frame` was not sent, as a drop in the ledger. */
  dropNewest(frame: TelemetryFrame): void;
}
