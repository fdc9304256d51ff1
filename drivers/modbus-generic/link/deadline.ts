/** The end of an exchange's time: everything in it is raced against this, since some calls never settle. */
import type { Clock } from "@helix/hal";
import { type ExchangeLimits, ExchangeTimeout } from "./link.ts";

export class Deadline {
  readonly limits: ExchangeLimits;
  readonly #clock: Clock;
  readonly #spent = Promise.withResolvers<never>();
  readonly #release: () => void;

  constructor(clock: Clock, limits: ExchangeLimits) {
    this.limits = limits;
    this.#clock = clock;
    const { signal, budgetMs } = limits;
    const end = () => this.#spent.reject(new ExchangeTimeout(limits));
    // Nobody may be racing at the moment it ends.
    this.#spent.promise.catch(() => {});
    if (signal.aborted) end();
    const timer = clock.timer(budgetMs, end);
    signal.addEventListener("abort", end);
    this.#release = () => {
      timer.cancel();
      signal.removeEventListener("abort", end);
    };
  }

  /** @throws ExchangeTimeout when the time is up or the caller has given up first */
  race<T>(work: Promise<T>): Promise<T> {
    return Promise.race([work, this.#spent.promise]);
  }

  /** @throws ExchangeTimeout when the time is up first */
  async sleep(ms: number): Promise<void> {
    const over = Promise.withResolvers<void>();
    const timer = this.#clock.timer(ms, over.resolve);
    try {
      await this.race(over.promise);
    } finally {
      timer.cancel();
    }
  }

  /** Ends it early, e.g. because the line is gone. */
  fail(error: Error): void {
    this.#spent.reject(error);
  }

  release(): void {
    this.#release();
  }
}
