/**
 * The bounded channel between one driver and the pipeline (HELIX-HAL-0001 section 4.2): frames
 * lie encoded in one block of memory, so that the driver's objects are gone the moment it sends.
 * Both ends run on one thread here; a driver host of its own will put the block in shared memory.
 */
import {
  type BackpressureSignal,
  backpressureLevel,
  type Clock,
  type DropEvent,
  type DropReason,
  encodeFrame,
  FRAME_BYTES,
  type FrameSender,
  frameKey,
  frameQuality,
  type Observable,
  type TelemetryFrame,
} from "@helix/hal";
import { ObservableValue } from "./observable.ts";

export interface FrameChannelOptions {
  readonly instrumentId: string;
  readonly capacity: number;
  readonly clock: Clock;
  readonly onDrop: (drop: DropEvent) => void;
  /** Called once when frames wait that the consumer was not yet told about. */
  readonly onFrames: () => void;
}

export class FrameChannel implements FrameSender {
  readonly capacity: number;
  readonly #options: FrameChannelOptions;
  readonly #slots: Uint8Array;
  /** Slots in order of arrival, the oldest first; the rest are free. */
  readonly #queue: number[] = [];
  readonly #free: number[];
  readonly #signal = new ObservableValue<BackpressureSignal>({ level: "Normal" });
  readonly #waitingForRoom = new Set<() => void>();
  #droppedSinceSignal = 0;
  #announced = false;
  #closed = false;

  constructor(options: FrameChannelOptions) {
    this.capacity = options.capacity;
    this.#options = options;
    this.#slots = new Uint8Array(options.capacity * FRAME_BYTES);
    this.#free = Array.from({ length: options.capacity }, (_, i) => options.capacity - 1 - i);
  }

  get depth(): number {
    return this.#queue.length;
  }

  get backpressure(): BackpressureSignal {
    return this.#signal.value;
  }

  get signals(): Observable<BackpressureSignal> {
    return this.#signal;
  }

  trySend(frame: TelemetryFrame): "sent" | "full" | "closed" {
    if (this.#closed) return "closed";
    const slot = this.#free.pop();
    if (slot === undefined) return "full";
    encodeFrame(frame, this.#slots, slot * FRAME_BYTES);
    this.#queue.push(slot);
    this.#updateSignal();
    if (!this.#announced) {
      this.#announced = true;
      this.#options.onFrames();
    }
    return "sent";
  }

  async send(frame: TelemetryFrame, signal: AbortSignal): Promise<"sent" | "closed"> {
    for (;;) {
      signal.throwIfAborted();
      const outcome = this.trySend(frame);
      if (outcome !== "full") return outcome;
      await this.#room(signal);
    }
  }

  forceDropOldest(reason: DropReason = { reason: "PolicyDropOldest" }): boolean {
    if (this.#queue.length === 0) return false;
    this.#drop(0, reason);
    return true;
  }

  forceDropLowQuality(thresholdQuality: number): boolean {
    const at = this.#queue.findIndex(
      (slot) => frameQuality(this.#slots, slot * FRAME_BYTES) < thresholdQuality,
    );
    if (at < 0) return false;
    const qualityCode = frameQuality(this.#slots, (this.#queue[at] as number) * FRAME_BYTES);
    this.#drop(at, { reason: "PolicyDropLowQuality", qualityCode });
    return true;
  }

  dropNewest(frame: TelemetryFrame): void {
    this.#report(frame.channelId, frame.sequence, { reason: "PolicyDropNewest" });
  }

  /**
   * Hands every waiting frame to `take`, oldest first; the bytes are valid only during the call.
   * Returns how many there were.
   */
  drain(take: (bytes: Uint8Array, at: number) => void): number {
    this.#announced = false;
    const waiting = this.#queue.splice(0);
    for (const slot of waiting) {
      take(this.#slots, slot * FRAME_BYTES);
      this.#free.push(slot);
    }
    if (waiting.length > 0) {
      this.#droppedSinceSignal = 0;
      this.#updateSignal();
      for (const wake of this.#waitingForRoom) wake();
    }
    return waiting.length;
  }

  /** Refuses further frames; what waits can still be drained. */
  close(): void {
    this.#closed = true;
    for (const wake of this.#waitingForRoom) wake();
  }

  #drop(queueIndex: number, reason: DropReason): void {
    const [slot] = this.#queue.splice(queueIndex, 1) as [number];
    const { channelId, sequence } = frameKey(this.#slots, slot * FRAME_BYTES);
    this.#report(channelId, sequence, reason, this.#queue.length + 1);
    this.#free.push(slot);
  }

  #report(channelId: number, sequence: bigint, dropReason: DropReason, depth = this.#queue.length): void {
    this.#droppedSinceSignal += 1;
    this.#signal.set({ level: "Dropping", framesDroppedSinceLastSignal: this.#droppedSinceSignal });
    this.#options.onDrop({
      instrumentId: this.#options.instrumentId,
      channelId,
      droppedSequence: sequence,
      dropReason,
      channelDepthAtDrop: depth,
      channelCapacity: this.capacity,
      timestampNs: this.#options.clock.monotonicNs(),
    });
  }

  #updateSignal(): void {
    const next = backpressureLevel(this.#queue.length, this.capacity);
    // While drops go on, "Dropping" stands until the consumer has taken something.
    if (this.#droppedSinceSignal > 0) return;
    if (next.level !== "Normal" || this.#signal.value.level !== "Normal") this.#signal.set(next);
  }

  #room(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        this.#waitingForRoom.delete(wake);
        signal.removeEventListener("abort", wake);
        resolve();
      };
      this.#waitingForRoom.add(wake);
      signal.addEventListener("abort", wake, { once: true });
    });
  }
}
