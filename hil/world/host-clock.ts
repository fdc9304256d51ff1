/**
 * A host's wall clock: off by some time, running fast or slow, and stepped by whoever sets it. Its
 * monotonic clock and its timers run true: a step of the wall clock moves no timer.
 */
const PER_MILLION = 1e6;

export class HostClock {
  #offsetUs = 0;
  #driftPpm = 0;
  #driftSinceUs = 0;

  /** Wall time in µs since the world's epoch, at true time `nowUs`. */
  wallUs(nowUs: number): number {
    return nowUs + this.#offsetUs + ((nowUs - this.#driftSinceUs) * this.#driftPpm) / PER_MILLION;
  }

  /** Moves the clock by `us`, forwards or back. */
  step(us: number): void {
    this.#offsetUs += us;
  }

  /** From `nowUs` on the clock gains `ppm` µs per second; negative loses. */
  drift(ppm: number, nowUs: number): void {
    this.#offsetUs += this.wallUs(nowUs) - nowUs - this.#offsetUs;
    this.#driftPpm = ppm;
    this.#driftSinceUs = nowUs;
  }
}
