/**
 * The shared-memory ring of frames: one writer, any number of readers, in any threads.
 *
 * The writer never waits. It raises `claimed` before it writes a slot and `published` after; a
 * reader copies a slot and then looks at `claimed` again: if the writer has meanwhile come round,
 * the copy may be torn and is thrown away. Every word is read and written with Atomics, so the
 * order holds by the memory model, not by luck of the processor. A reader that was overtaken
 * learns exactly how many frames it missed.
 *
 * Layout of the buffer: 16 bytes of counters (claimed i64, published i64), then `capacity` frames.
 */
import { FRAME_BYTES } from "@helix/hal";

const COUNTERS_BYTES = 16;
const CLAIMED = 0;
const PUBLISHED = 1;
const WORDS_PER_FRAME = FRAME_BYTES / 4;

export class TelemetryRing {
  readonly buffer: SharedArrayBuffer;
  /** Frames. */
  readonly capacity: number;

  private constructor(buffer: SharedArrayBuffer) {
    this.buffer = buffer;
    this.capacity = (buffer.byteLength - COUNTERS_BYTES) / FRAME_BYTES;
  }

  /** @throws RangeError unless `capacity` is a positive integer */
  static create(capacity: number): TelemetryRing {
    if (!Number.isSafeInteger(capacity) || capacity < 1)
      throw new RangeError(`ring capacity ${capacity} is not a positive integer`);
    return new TelemetryRing(new SharedArrayBuffer(COUNTERS_BYTES + capacity * FRAME_BYTES));
  }

  /** The same ring in another thread. */
  static attach(buffer: SharedArrayBuffer): TelemetryRing {
    return new TelemetryRing(buffer);
  }

  /** There must be one writer only. */
  writer(): RingWriter {
    return new RingWriter(this);
  }

  /** A reader that starts at the oldest frame still held, or at the next one written. */
  reader(from: "oldest" | "next" = "next"): RingReader {
    return new RingReader(this, from);
  }
}

export class RingWriter {
  readonly #counters: BigInt64Array;
  readonly #words: Int32Array;
  readonly #capacity: number;
  #written: bigint;
  /** The block that frames came from last, in words. */
  #source: Int32Array = new Int32Array(0);

  constructor(ring: TelemetryRing) {
    this.#counters = new BigInt64Array(ring.buffer, 0, 2);
    this.#words = new Int32Array(ring.buffer, COUNTERS_BYTES);
    this.#capacity = ring.capacity;
    this.#written = Atomics.load(this.#counters, PUBLISHED);
  }

  /**
   * Copies one frame in. `at` must be a multiple of 4 within `bytes.buffer`.
   *
   * @throws RangeError when it is not, or the frame is not whole
   */
  write(bytes: Uint8Array, at = 0): void {
    if (this.#source.buffer !== bytes.buffer) this.#source = wordsOf(bytes.buffer);
    const source = this.#source;
    const from = (bytes.byteOffset + at) / 4;
    if (!Number.isInteger(from) || from + WORDS_PER_FRAME > source.length) {
      throw new RangeError(
        `there is no whole frame on a word at byte ${4 * from} of ${bytes.buffer.byteLength}`,
      );
    }
    const slot = Number(this.#written % BigInt(this.#capacity)) * WORDS_PER_FRAME;
    this.#written += 1n;
    Atomics.store(this.#counters, CLAIMED, this.#written);
    for (let i = 0; i < WORDS_PER_FRAME; i++)
      Atomics.store(this.#words, slot + i, source[from + i] as number);
    Atomics.store(this.#counters, PUBLISHED, this.#written);
  }
}

export class RingReader {
  readonly #counters: BigInt64Array;
  readonly #words: Int32Array;
  readonly #capacity: bigint;
  #next: bigint;
  #missed = 0n;
  /** What was read into last, in words. */
  #target: Int32Array = new Int32Array(0);

  constructor(ring: TelemetryRing, from: "oldest" | "next") {
    this.#counters = new BigInt64Array(ring.buffer, 0, 2);
    this.#words = new Int32Array(ring.buffer, COUNTERS_BYTES);
    this.#capacity = BigInt(ring.capacity);
    const published = Atomics.load(this.#counters, PUBLISHED);
    const oldest = published > this.#capacity ? published - this.#capacity : 0n;
    this.#next = from === "oldest" ? oldest : published;
  }

  /** Frames that were overwritten before this reader came to them, since it began. */
  get missed(): bigint {
    return this.#missed;
  }

  /**
   * Copies the next frame to `into` (128 bytes at least) and moves on.
   * False when there is none yet; `missed` rises when the writer has overtaken this reader.
   */
  read(into: Uint8Array): boolean {
    const { buffer, byteOffset } = into;
    if (this.#target.buffer !== buffer || this.#target.byteOffset !== byteOffset) {
      this.#target = new Int32Array(buffer, byteOffset, WORDS_PER_FRAME);
    }
    const target = this.#target;
    for (;;) {
      this.#skipOverwritten();
      if (this.#next >= Atomics.load(this.#counters, PUBLISHED)) return false;
      const slot = Number(this.#next % this.#capacity) * WORDS_PER_FRAME;
      for (let i = 0; i < WORDS_PER_FRAME; i++) target[i] = Atomics.load(this.#words, slot + i);
      if (Atomics.load(this.#counters, CLAIMED) - this.#capacity <= this.#next) {
        this.#next += 1n;
        return true;
      }
    }
  }

  #skipOverwritten(): void {
    const oldestIntact = Atomics.load(this.#counters, CLAIMED) - this.#capacity;
    if (this.#next < oldestIntact) {
      this.#missed += oldestIntact - this.#next;
      this.#next = oldestIntact;
    }
  }
}

/** All whole words of a block of memory. */
const wordsOf = (block: ArrayBufferLike): Int32Array =>
  new Int32Array(block, 0, Math.floor(block.byteLength / 4));
