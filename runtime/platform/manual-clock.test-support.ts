/**
 * A clock that stands still until a test moves it. Callbacks run in the order of their time, and
 * whatever they start (promises included) is finished before the next one.
 */
import type { Cancellable, Clock } from "@helix/hal";

interface Timer {
  readonly atNs: bigint;
  readonly order: number;
  readonly callback: () => void;
}

export class ManualClock implements Clock {
  #nowNs = 1_000_000_000n;
  #order = 0;
  readonly #startUtcNs: bigint;
  readonly #timers = new Set<Timer>();

  constructor(startUtcNs = 1_767_600_000_000_000_000n) {
    this.#startUtcNs = startUtcNs;
  }

  monotonicNs(): bigint {
    return this.#nowNs;
  }

  wallUtcNs(): bigint {
    return this.#startUtcNs + this.#nowNs;
  }

  /** Timers that wait; 0 when nothing leaks. */
  get pending(): number {
    return this.#timers.size;
  }

  timer(ms: number, callback: () => void): Cancellable {
    const atNs = this.#nowNs + BigInt(Math.round(ms * 1e6));
    const timer: Timer = { atNs, order: this.#order++, callback };
    this.#timers.add(timer);
    return { cancel: () => this.#timers.delete(timer) };
  }

  interval(ms: number, callback: () => void): Cancellable {
    let current: Cancellable;
    const arm = () => {
      current = this.timer(ms, () => {
        arm();
        callback();
      });
    };
    arm();
    return { cancel: () => current.cancel() };
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const onAbort = () => {
        timer.cancel();
        reject(signal?.reason);
      };
      const timer = this.timer(ms, () => {
        signal?.removeEventListener("abort", onAbort);
        resolve();
      });
      signal?.addEventListener("abort", onAbort, { once: true });
    });
  }

  /** Moves time on, running what is due. */
  async advance(ms: number): Promise<void> {
    const untilNs = this.#nowNs + BigInt(Math.round(ms * 1e6));
    await settle();
    for (;;) {
      const next = this.#earliest();
      if (next === undefined || next.atNs > untilNs) break;
      this.#timers.delete(next);
      this.#nowNs = next.atNs;
      next.callback();
      await settle();
    }
    this.#nowNs = untilNs;
  }

  #earliest(): Timer | undefined {
    let best: Timer | undefined;
    for (const timer of this.#timers) {
      if (
        best === undefined ||
        timer.atNs < best.atNs ||
        (timer.atNs === best.atNs && timer.order < best.order)
      ) {
        best = timer;
      }
    }
    return best;
  }
}

/** Lets promises and short system I/O (a ledger on a real disk) come to rest. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}
