/**
 * One direction of a proxied serial line in real time: bytes come out in order, no sooner than the baud
 * rate lets them, and suffer what the line's shape says. What is lost is lost: nobody sends it again.
 */
import type { Clock, Random } from "@helix/hal";
import type { LinkShape } from "./access/access.ts";
import type { ShapeCount } from "./access/shape-count.ts";

export class SerialFlow {
  shape: LinkShape;
  /** Nothing passes; told how many bytes were lost. */
  cut: ((bytes: number) => void) | undefined;
  /** Told of the next message, which is cut short. */
  cutNext: ((length: number, kept: number) => void) | undefined;
  readonly counts = new Set<ShapeCount>();
  /** Bytes whose time on the way is over, lost ones included. */
  passed = 0;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #write: (bytes: Uint8Array) => Promise<void>;
  #freeAtNs = 0n;
  #last: Promise<void> = Promise.resolve();

  /** @param natural with the bandwidth that the baud rate gives */
  constructor(clock: Clock, random: Random, natural: LinkShape, write: (bytes: Uint8Array) => Promise<void>) {
    this.#clock = clock;
    this.#random = random;
    this.shape = natural;
    this.#write = write;
  }

  /** Bytes that have come in; they go on by themselves. A port that has gone takes no more, and nobody misses it. */
  take(chunk: Uint8Array): void {
    const bytes = this.#whole(chunk);
    const { latencyUs, jitterUs, bandwidth, dripUs } = this.shape;
    const takenNs = this.#clock.monotonicNs();
    const perByteUs = (bandwidth > 0 ? 1e6 / bandwidth : 0) + dripUs;
    const begunNs = takenNs > this.#freeAtNs ? takenNs : this.#freeAtNs;
    this.#freeAtNs = begunNs + nanoseconds(bytes.length * perByteUs);
    const delayUs = latencyUs + (jitterUs > 0 ? this.#random.uniform() * jitterUs : 0);
    const pieces = dripUs > 0 ? Array.from(bytes, (byte) => Uint8Array.of(byte)) : [bytes];
    let dueNs = begunNs + nanoseconds(delayUs);
    for (const piece of pieces) {
      dueNs += nanoseconds(piece.length * perByteUs);
      const pieceDueNs = dueNs;
      this.#last = this.#last
        .then(() => this.#due(pieceDueNs))
        .then(() => this.#pass(piece, takenNs))
        .catch(() => {});
    }
  }

  async #due(dueNs: bigint): Promise<void> {
    // A timer may fire a little early.
    for (let leftNs = dueNs - this.#clock.monotonicNs(); leftNs > 0n; ) {
      await this.#clock.sleep(Math.ceil(Number(leftNs) / 1e6));
      leftNs = dueNs - this.#clock.monotonicNs();
    }
  }

  async #pass(piece: Uint8Array, takenNs: bigint): Promise<void> {
    const transitUs = Number(this.#clock.monotonicNs() - takenNs) / 1000;
    const heard: number[] = [];
    for (const [at, byte] of piece.entries()) {
      const isLost = this.cut !== undefined || this.#happens(this.shape.loss);
      for (const count of this.counts) count.sent(1, transitUs, isLost ? 1 : 0);
      if (!isLost) heard.push(this.#suffer(byte, at));
    }
    this.passed += piece.length;
    this.cut?.(piece.length);
    if (heard.length > 0) await this.#write(Uint8Array.from(heard));
  }

  #suffer(byte: number, at: number): number {
    if (!this.#happens(this.shape.corruption)) return byte;
    const after = byte ^ (1 << this.#random.integer(0, 7));
    for (const count of this.counts) count.corrupted(at, byte, after);
    return after;
  }

  #whole(chunk: Uint8Array): Uint8Array {
    if (this.cutNext === undefined || chunk.length < 2) return chunk;
    const kept = this.#random.integer(1, chunk.length - 1);
    this.cutNext(chunk.length, kept);
    this.cutNext = undefined;
    return chunk.subarray(0, kept);
  }

  #happens(chance: number): boolean {
    return chance > 0 && this.#random.uniform() < chance;
  }
}

const nanoseconds = (us: number): bigint => BigInt(Math.round(us * 1000));
