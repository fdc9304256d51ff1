/** Counts events per second over the last few seconds, by a monotonic clock handed in. */
const WINDOW_NS = 5_000_000_000n;

export class RateMeter {
  #windowBeginNs: bigint | undefined;
  #count = 0;
  #lastRateHz = 0;

  note(nowNs: bigint): void {
    this.#roll(nowNs);
    this.#count += 1;
  }

  /** Hz over the last full window; over the one that runs while it is the first. */
  rateHz(nowNs: bigint): number {
    this.#roll(nowNs);
    if (this.#lastRateHz > 0 || this.#windowBeginNs === undefined) return this.#lastRateHz;
    const elapsedNs = nowNs - this.#windowBeginNs;
    return elapsedNs > 0n ? (this.#count * 1e9) / Number(elapsedNs) : 0;
  }

  #roll(nowNs: bigint): void {
    this.#windowBeginNs ??= nowNs;
    const elapsedNs = nowNs - this.#windowBeginNs;
    if (elapsedNs < WINDOW_NS) return;
    this.#lastRateHz = (this.#count * 1e9) / Number(elapsedNs);
    this.#windowBeginNs = nowNs;
    this.#count = 0;
  }
}
