/** Frames per second over the last few seconds, by a monotonic clock handed in. */
const WINDOW_NS = 5_000_000_000n;

export class RateMeter {
  #beginNs = 0n;
  #count = 0;
  #lastHz: number | undefined;

  note(nowNs: bigint): void {
    this.#roll(nowNs);
    this.#count += 1;
  }

  /** Hz in the last full window; in the present one while it is the first. */
  rateHz(nowNs: bigint): number {
    if (this.#beginNs === 0n) return 0;
    this.#roll(nowNs);
    const seconds = Number(nowNs - this.#beginNs) / 1e9;
    return this.#lastHz ?? (seconds > 0 ? this.#count / seconds : 0);
  }

  #roll(nowNs: bigint): void {
    if (this.#beginNs === 0n) this.#beginNs = nowNs;
    const elapsedNs = nowNs - this.#beginNs;
    if (elapsedNs < WINDOW_NS) return;
    this.#lastHz = (this.#count * 1e9) / Number(elapsedNs);
    this.#beginNs = nowNs;
    this.#count = 0;
  }
}
