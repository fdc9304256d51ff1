/**
 * Polls happen on a grid of time that begins with the first stream and outlives every connection. A
 * channel's sequence counts the grid: a poll that failed, or could not take place, leaves its numbers out.
 */
export class PollingGrid {
  readonly #intervalNs: bigint;
  #originNs: bigint | undefined;
  #last = -1n;

  constructor(intervalMs: number) {
    this.#intervalNs = BigInt(Math.round(intervalMs * 1e6));
  }

  /** The next slot that is not over and was not used, and when it is due, ns monotonic. */
  next(nowNs: bigint): { readonly slot: bigint; readonly dueNs: bigint } {
    this.#originNs ??= nowNs;
    const sinceNs = nowNs - this.#originNs;
    // The slot of this very moment counts: 0 at the origin.
    const current = (sinceNs + this.#intervalNs - 1n) / this.#intervalNs;
    const slot = current > this.#last ? current : this.#last + 1n;
    this.#last = slot;
    return { slot, dueNs: this.#originNs + slot * this.#intervalNs };
  }
}

/** The sequence of one channel, which may take only every n-th slot. */
export class ChannelSlots {
  #sequence = 0n;
  #lastSlot: bigint | undefined;
  #gaps = 0;

  /** Sequence of the last sample; 0 before the first. */
  get last(): bigint {
    return this.#sequence;
  }

  /** How often numbers were left out. */
  get gaps(): number {
    return this.#gaps;
  }

  /** @param every  the channel takes each `every`-th slot at present, at least 1 */
  next(slot: bigint, every: bigint): bigint {
    // Before the first sample there was slot 0: polls that failed from the beginning are missing too.
    const slots = this.#lastSlot === undefined ? slot + every : slot - this.#lastSlot;
    const steps = slots > every ? (slots + every / 2n) / every : 1n;
    if (steps > 1n) this.#gaps += 1;
    this.#lastSlot = slot;
    this.#sequence += steps;
    return this.#sequence;
  }
}
