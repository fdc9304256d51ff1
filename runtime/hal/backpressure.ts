/**
 * Bounded channels, drop policies and signals to the driver (HELIX-HAL-0001 section 4).
 */
import type { TelemetryFrame } from "./frame.ts";
import type { FrameSender } from "./telemetry.ts";

/** Seconds of full-rate data that a channel absorbs by default (section 4.2). */
export const DEFAULT_BACKPRESSURE_BUFFER_SECONDS = 5;
/** Frames a channel holds at the least (section 4.2). */
export const MIN_CHANNEL_CAPACITY = 256;
/** Fill levels, in percent, at which the signal changes (section 4.4). */
export const BACKPRESSURE_WARNING_PERCENT = 75;
export const BACKPRESSURE_CRITICAL_PERCENT = 90;

/**
 * Frames a driver's channel must hold: `bufferSeconds` times the summed rate of its channels, at
 * least {@link MIN_CHANNEL_CAPACITY}.
 *
 * @param totalRateHz sum over the instrument's channels, Hz
 * @throws RangeError for a negative or non-finite argument
 */
export function channelCapacity(
  totalRateHz: number,
  bufferSeconds: number = DEFAULT_BACKPRESSURE_BUFFER_SECONDS,
): number {
  if (!(totalRateHz >= 0 && bufferSeconds >= 0) || !Number.isFinite(totalRateHz * bufferSeconds)) {
    throw new RangeError(`channel capacity of ${bufferSeconds} s at ${totalRateHz} Hz is not defined`);
  }
  return Math.max(Math.ceil(bufferSeconds * totalRateHz), MIN_CHANNEL_CAPACITY);
}

/** What to do when the channel is full (section 4.3). */
export type DropPolicy =
  /** The newest data matters most; every process instrument, and the default. */
  | { readonly policy: "DropOldest" }
  /** What is buffered matters most, e.g. a chromatograph during a gradient. */
  | { readonly policy: "DropNewest" }
  /** The driver waits; only for instruments that buffer themselves. */
  | { readonly policy: "Backpressure" }
  /** Frames of a quality below the threshold go first, then the oldest. */
  | { readonly policy: "DropLowQualityFirst" /** OPC quality, u16 */; readonly thresholdQuality: number };

export type DropReason =
  | { readonly reason: "ChannelFull" }
  | { readonly reason: "PolicyDropOldest" }
  | { readonly reason: "PolicyDropNewest" }
  | { readonly reason: "PolicyDropLowQuality"; readonly qualityCode: number }
  | { readonly reason: "SupervisorShutdown" };

/** One discarded frame; in the ledger as TELEMETRY_DROP_BACKPRESSURE. */
export interface DropEvent {
  readonly instrumentId: string;
  readonly channelId: number;
  readonly droppedSequence: bigint;
  readonly dropReason: DropReason;
  /** Frames in the channel when it happened. */
  readonly channelDepthAtDrop: number;
  readonly channelCapacity: number;
  /** ns, monotonic */
  readonly timestampNs: bigint;
}

/** Fill level of the driver's channel (section 4.4). */
export type BackpressureSignal =
  | { readonly level: "Normal" }
  | { readonly level: "Warning"; readonly fillPercent: number }
  | { readonly level: "Critical"; readonly fillPercent: number }
  | { readonly level: "Dropping"; readonly framesDroppedSinceLastSignal: number };

/** The signal for a fill level, where nothing was dropped. */
export function backpressureLevel(depth: number, capacity: number): BackpressureSignal {
  const fillPercent = Math.floor((100 * depth) / capacity);
  if (fillPercent > BACKPRESSURE_CRITICAL_PERCENT) return { level: "Critical", fillPercent };
  if (fillPercent >= BACKPRESSURE_WARNING_PERCENT) return { level: "Warning", fillPercent };
  return { level: "Normal" };
}

/**
 * Sends one frame as `policy` asks. Only "Backpressure" ever waits.
 *
 * @returns "sent"; "dropped" when this very frame was discarded; "closed" when the stream is to end
 */
export async function sendWithPolicy(
  sender: FrameSender,
  frame: TelemetryFrame,
  policy: DropPolicy,
  signal: AbortSignal,
): Promise<"sent" | "dropped" | "closed"> {
  if (policy.policy === "Backpressure") return sender.send(frame, signal);
  const first = sender.trySend(frame);
  if (first !== "full") return first;
  if (policy.policy === "DropNewest") {
    sender.dropNewest(frame);
    return "dropped";
  }
  const madeRoom =
    policy.policy === "DropLowQualityFirst" && sender.forceDropLowQuality(policy.thresholdQuality);
  if (!madeRoom) sender.forceDropOldest({ reason: "PolicyDropOldest" });
  const second = sender.trySend(frame);
  if (second === "full")
    throw new Error("frame channel is still full after a drop: channel invariant broken");
  return second;
}
