/**
 * A plant that nobody drives: real instruments, or whatever stands in for them. Plant time is the clock's,
 * from the moment at which the run begins; nothing can be granted to it, and it never stands still.
 */
import { type Cancellable, type Clock, taiToUtcNs } from "@helix/hal";
import type { Plant } from "./plant.ts";

/** The operator's view of time moves on as often, ms. */
const TICK_MS = 1000;

export class ClockedPlant implements Plant {
  readonly #clock: Clock;
  readonly #beginS: number;
  readonly #timers = new Set<Cancellable>();
  readonly #failed = Promise.withResolvers<never>();
  #beganNs: bigint | undefined;
  #inoculationMs = Number.NaN;

  constructor(clock: Clock, beginS: number) {
    this.#clock = clock;
    this.#beginS = beginS;
    // Whoever waits hears of it; nobody may be waiting.
    this.#failed.promise.catch(() => {});
  }

  /**
   * Plant time begins to pass.
   *
   * @param onTime told of it every second
   * @returns instant of plant time 0, ms since 1970 UTC
   */
  begin(onTime: (timeS: number) => void): number {
    this.#beganNs = this.#clock.monotonicNs();
    this.#inoculationMs = Number(this.#clock.wallUtcNs() / 1_000_000n) - this.#beginS * 1000;
    this.#timers.add(this.#clock.interval(TICK_MS, () => onTime(this.timeS)));
    return this.#inoculationMs;
  }

  /** Plant time of an instant (ns TAI), s; NaN before the plant has begun. */
  ageAt(taiNs: bigint): number {
    return (Number(taiToUtcNs(taiNs) / 1000n) / 1000 - this.#inoculationMs) / 1000;
  }

  get timeS(): number {
    if (this.#beganNs === undefined) return this.#beginS;
    return this.#beginS + Number(this.#clock.monotonicNs() - this.#beganNs) / 1e9;
  }

  /** A real plant takes no orders about time. */
  advance(): void {}

  reached(untilS: number): Promise<void> {
    const there = Promise.withResolvers<void>();
    const wait = () => {
      const leftMs = Math.max(0, Math.ceil((untilS - this.timeS) * 1000));
      const timer = this.#clock.timer(leftMs, () => {
        this.#timers.delete(timer);
        // A timer may fire a little early, and the run would end before its end.
        if (this.timeS < untilS) wait();
        else there.resolve();
      });
      this.#timers.add(timer);
    };
    wait();
    return Promise.race([there.promise, this.#failed.promise]);
  }

  /** Nothing will be reached any more. */
  fail(error: Error): void {
    this.#failed.reject(error);
  }

  /** Lets go of every timer. */
  close(): void {
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
  }
}
