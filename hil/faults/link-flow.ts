/**
 * One direction of a proxied link in real time: when what comes in may go on, and what goes on in its
 * place. A proxy sees chunks, not segments; loss is shown as what it is to whoever uses TCP: the chunk
 * comes late by the retransmissions (0.2 s, then doubled) that it would have taken.
 */
import type { Clock, Random } from "@helix/hal";
import type { LinkShape } from "./access/access.ts";
import type { ShapeCount } from "./access/shape-count.ts";

export const UNTOUCHED: LinkShape = {
  latencyUs: 0,
  jitterUs: 0,
  bandwidth: 0,
  loss: 0,
  corruption: 0,
  dripUs: 0,
};

const FIRST_RETRY_US = 200_000;
const LONGEST_RETRY_US = 120_000_000;

/** What goes on in place of a chunk. */
export interface Departure {
  readonly pieces: readonly Uint8Array[];
  readonly gapUs: number;
  /** The connection breaks after it. */
  readonly thenReset: boolean;
}

export interface Ticket {
  readonly takenNs: bigint;
  readonly dueNs: bigint;
  readonly losses: number;
}

export class LinkFlow {
  shape: LinkShape = UNTOUCHED;
  readonly counts = new Set<ShapeCount>();
  /** Told of the next chunk, which is cut short. */
  cutNext: ((length: number, kept: number) => void) | undefined;
  readonly #clock: Clock;
  readonly #random: Random;
  #freeAtNs = 0n;

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  /** When `length` bytes that came in now may go on. */
  take(length: number): Ticket {
    const { latencyUs, jitterUs, bandwidth } = this.shape;
    const takenNs = this.#clock.monotonicNs();
    let departureNs = takenNs > this.#freeAtNs ? takenNs : this.#freeAtNs;
    if (bandwidth > 0) departureNs += nanoseconds((length / bandwidth) * 1e6);
    this.#freeAtNs = departureNs;
    const jitter = jitterUs > 0 ? this.#random.uniform() * jitterUs : 0;
    const { us, losses } = this.#repair();
    return { takenNs, dueNs: departureNs + nanoseconds(latencyUs + jitter + us), losses };
  }

  /** Waits until what `ticket` was given for may go on. */
  async due({ dueNs }: Ticket): Promise<void> {
    // A timer may fire a little early.
    for (let leftNs = dueNs - this.#clock.monotonicNs(); leftNs > 0n; ) {
      await this.#clock.sleep(Math.ceil(Number(leftNs) / 1e6));
      leftNs = dueNs - this.#clock.monotonicNs();
    }
  }

  leave(chunk: Uint8Array, { takenNs, losses }: Ticket): Departure {
    const { dripUs } = this.shape;
    const transitUs = Number(this.#clock.monotonicNs() - takenNs) / 1000;
    const sent = this.#corrupt(this.#cut(chunk));
    const pieces =
      dripUs > 0 ? Array.from(sent.bytes, (_byte, at) => sent.bytes.subarray(at, at + 1)) : [sent.bytes];
    for (const count of this.counts) {
      for (const [i, piece] of pieces.entries()) {
        count.sent(piece.length, transitUs + i * dripUs, i === 0 ? losses : 0);
      }
    }
    return { pieces, gapUs: dripUs, thenReset: sent.thenReset };
  }

  pause(us: number): Promise<void> {
    return this.#clock.sleep(us / 1000);
  }

  #cut(chunk: Uint8Array): { bytes: Uint8Array; thenReset: boolean } {
    if (this.cutNext === undefined || chunk.length < 2) return { bytes: chunk, thenReset: false };
    const kept = this.#random.integer(1, chunk.length - 1);
    this.cutNext(chunk.length, kept);
    this.cutNext = undefined;
    return { bytes: chunk.subarray(0, kept), thenReset: true };
  }

  #corrupt(sent: { bytes: Uint8Array; thenReset: boolean }): { bytes: Uint8Array; thenReset: boolean } {
    if (!this.#happens(this.shape.corruption)) return sent;
    const bytes = Uint8Array.from(sent.bytes);
    const at = this.#random.integer(0, bytes.length - 1);
    const before = bytes[at] as number;
    const after = before ^ (1 << this.#random.integer(0, 7));
    bytes[at] = after;
    for (const count of this.counts) count.corrupted(at, before, after);
    return { ...sent, bytes };
  }

  #repair(): { us: number; losses: number } {
    let us = 0;
    let losses = 0;
    for (let retryUs = FIRST_RETRY_US; this.#happens(this.shape.loss); losses++) {
      us += retryUs;
      retryUs = Math.min(2 * retryUs, LONGEST_RETRY_US);
    }
    return { us, losses };
  }

  #happens(chance: number): boolean {
    return chance > 0 && this.#random.uniform() < chance;
  }
}

const nanoseconds = (us: number): bigint => BigInt(Math.round(us * 1000));
