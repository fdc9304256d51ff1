/**
 * CRC-32C -> sequence gap -> origin mark -> twin's prediction -> ring. What is refused or missing is told to the
 * owner, who writes it into the ledger; nothing disappears here without a word.
 */
import type { FrameChannel, RingWriter } from "@helix/bus";
import {
  computeFrameCrc,
  FRAME_BYTES,
  frameKey,
  frameQuality,
  frameValue,
  frameWallTimestampNs,
  type Origin,
  qualityClass,
  setFrameOrigin,
  setFramePrediction,
  storedFrameCrc,
} from "@helix/hal";
import { SequenceTracker } from "./sequence-tracker.ts";

export interface PipelineEvents {
  /** The frame was discarded; `frame` is a copy of its 128 bytes. */
  crcFailure(failure: { expected: number; actual: number; frame: Uint8Array }): void;
  gap(gap: { channelId: number; lastSequence: bigint; nextSequence: bigint; missing: bigint }): void;
  /** The frame was discarded: its channel does not exist, or its number did not rise. */
  contractViolation(violation: { channelId: number; sequence: bigint; reason: string }): void;
  /** The first frame of all has reached the ring; taken then, ns TAI. */
  first(takenTaiNs: bigint): void;
  /** Frames have reached the ring. */
  published(frames: number): void;
}

/**
 * Where values come from: one origin for all, or, on a bench that falsifies some of them on purpose,
 * by channel and by when the value was taken (ns TAI).
 */
export type OriginRule = Origin | ((channelId: number, takenTaiNs: bigint) => Origin);

/**
 * What a twin expects a channel to show, and how many standard deviations the value is off; undefined
 * where it has nothing to say. `value` is undefined when its quality is not good.
 */
export type Predict = (
  channelId: number,
  takenTaiNs: bigint,
  value: number | undefined,
) => { readonly value: number; readonly deviationSigma: number } | undefined;

export interface PipelineInput {
  /** The channels that the driver declares now. */
  readonly channelIds: () => ReadonlySet<number>;
  /** From the rig, never from the driver. */
  readonly origin: OriginRule;
  /** The instrument's twin, where it has one. */
  readonly predict?: Predict | undefined;
  readonly events: PipelineEvents;
}

export interface PipelineCounts {
  published: number;
  crcFailures: number;
  gaps: number;
  violations: number;
}

/** One instrument's way into the ring. Lives as long as the instrument, over reconnections. */
export class Pipeline {
  readonly counts: PipelineCounts = { published: 0, crcFailures: 0, gaps: 0, violations: 0 };
  readonly #input: PipelineInput;
  readonly #ring: RingWriter;
  readonly #sequences = new SequenceTracker();

  constructor(ring: RingWriter, input: PipelineInput) {
    this.#ring = ring;
    this.#input = input;
  }

  /** Sequence of the latest frame, for the record of a lost connection. */
  get lastSequence(): bigint {
    return this.#sequences.highest();
  }

  /** Takes everything that waits in `channel`; each stream of the instrument has one of its own. */
  drain(channel: FrameChannel): void {
    const before = this.counts.published;
    const channelIds = this.#input.channelIds();
    channel.drain((bytes, at) => this.#process(bytes, at, channelIds));
    const published = this.counts.published - before;
    if (published > 0) this.#input.events.published(published);
  }

  #process(bytes: Uint8Array, at: number, channelIds: ReadonlySet<number>): void {
    const { events, origin, predict } = this.#input;
    const expected = computeFrameCrc(bytes, at);
    const actual = storedFrameCrc(bytes, at);
    if (expected !== actual) {
      this.counts.crcFailures += 1;
      events.crcFailure({ expected, actual, frame: bytes.slice(at, at + FRAME_BYTES) });
      return;
    }
    const { channelId, sequence } = frameKey(bytes, at);
    if (!channelIds.has(channelId)) {
      this.#refuse(channelId, sequence, "the driver declares no such channel");
      return;
    }
    const verdict = this.#sequences.observe(channelId, sequence);
    if (verdict.kind === "violation") {
      this.#refuse(channelId, sequence, `sequence does not rise above ${verdict.lastSequence}`);
      return;
    }
    if (verdict.kind === "gap") {
      this.counts.gaps += 1;
      const { lastSequence, missing } = verdict;
      events.gap({ channelId, lastSequence, nextSequence: sequence, missing });
    }
    const mark = typeof origin === "string" ? origin : origin(channelId, frameWallTimestampNs(bytes, at));
    setFrameOrigin(bytes, mark, at);
    if (predict) addPrediction(predict, channelId, bytes, at);
    this.#ring.write(bytes, at);
    this.counts.published += 1;
    if (this.counts.published === 1) events.first(frameWallTimestampNs(bytes, at));
  }

  #refuse(channelId: number, sequence: bigint, reason: string): void {
    this.counts.violations += 1;
    this.#input.events.contractViolation({ channelId, sequence, reason });
  }
}

function addPrediction(predict: Predict, channelId: number, bytes: Uint8Array, at: number): void {
  const isGood = qualityClass(frameQuality(bytes, at)) === "Good";
  const value = isGood ? frameValue(bytes, at) : undefined;
  const prediction = predict(channelId, frameWallTimestampNs(bytes, at), value);
  if (prediction) setFramePrediction(bytes, prediction.value, prediction.deviationSigma, at);
}
