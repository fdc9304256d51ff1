/**
 * Numbers the samples of one channel: `TelemetryFrame.sequence`. It counts sampling slots, over
 * reconnections: where continuity is known to be broken, as many numbers are left out as samples
 * were missed, by the distance in source time. Where it is not broken nothing is left out, so a
 * server that reports changes only makes no false gaps.
 */

/**
 * unbroken: follows the sample before. broken: samples may be missing in between (new subscription,
 * missing notification). lost: at least one is (the server's queue overflowed).
 */
export type Continuity = "unbroken" | "broken" | "lost";

/** The sample period is the median of so many last distances. */
const SPACINGS_KEPT = 9;

export class ChannelSequence {
  #last = 0n;
  #lastSourceNs = 0n;
  readonly #spacingsNs: bigint[] = [];
  readonly #nominalNs: bigint | undefined;
  #gaps = 0;

  /** @param nominalPeriodNs  used until two samples have been seen; undefined when not known */
  constructor(nominalPeriodNs?: bigint) {
    this.#nominalNs = nominalPeriodNs;
  }

  /** Sequence of the last sample; 0 before the first. */
  get last(): bigint {
    return this.#last;
  }

  /** How often numbers were left out. */
  get gaps(): number {
    return this.#gaps;
  }

  /**
   * The number of the next sample; the very first is 1.
   *
   * @param sourceNs  when it was taken, ns, any epoch
   * @returns undefined when, after a break, it is the same sample again
   */
  next(sourceNs: bigint, continuity: Continuity): bigint | undefined {
    if (this.#last > 0n) {
      const distanceNs = sourceNs - this.#lastSourceNs;
      if (continuity === "unbroken") this.#remember(distanceNs);
      else if (continuity === "broken" && distanceNs === 0n) return undefined;
      else this.#skip(this.#missed(distanceNs, continuity));
    }
    this.#lastSourceNs = sourceNs;
    this.#last += 1n;
    return this.#last;
  }

  #remember(distanceNs: bigint): void {
    if (distanceNs <= 0n) return;
    this.#spacingsNs.push(distanceNs);
    if (this.#spacingsNs.length > SPACINGS_KEPT) this.#spacingsNs.shift();
  }

  #skip(missed: bigint): void {
    if (missed === 0n) return;
    this.#last += missed;
    this.#gaps += 1;
  }

  #missed(distanceNs: bigint, continuity: "broken" | "lost"): bigint {
    const periodNs = this.#periodNs();
    // Without a period it cannot be said that nothing was missed.
    if (periodNs === undefined) return 1n;
    const atLeast = continuity === "lost" ? 1n : 0n;
    const between = (distanceNs + periodNs / 2n) / periodNs - 1n;
    return between > atLeast ? between : atLeast;
  }

  #periodNs(): bigint | undefined {
    if (this.#spacingsNs.length === 0) return this.#nominalNs;
    const sorted = this.#spacingsNs.toSorted((a, b) => (a < b ? -1 : 1));
    return sorted[sorted.length >> 1];
  }
}
