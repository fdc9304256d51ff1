/**
 * How a caller's thread learns that its record is durable: by looking in every turn of its event loop, or
 * asleep, by a message. On an idle machine looking is sooner by what it takes to wake a thread, a third of a
 * good disk's time; on a busy one it takes the processor from those it waits for. So both are measured, the
 * better one is used, and the other one is tried again now and then.
 */
import type { Clock } from "@helix/hal";

/** One wait in so many goes the way that was slower last time. */
const TRY_OTHER = 32;
/** Weight of a new measurement. */
const WEIGHT = 1 / 4;
/** So much a figure rises at most by one of them: what a disk does now and then says nothing of the way. */
const RISE = 1 / 32;
/** The way that loses keeps an old figure: it may be better by less than this without being used. */
const MARGIN = 0.95;

export type Way = "look" | "sleep";

export class LookOrSleep {
  readonly #clock: Clock;
  /** Ns from handing a record over to its acknowledgement; undefined before the first one. */
  readonly #typicalNs: Record<Way, number | undefined> = { look: undefined, sleep: undefined };
  #waits = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The way to go for a wait that starts now. @returns what to call at its end */
  start(): { readonly way: Way; end(): void } {
    const way = this.#choose();
    const since = this.#clock.monotonicNs();
    return { way, end: () => this.#measured(way, Number(this.#clock.monotonicNs() - since)) };
  }

  #choose(): Way {
    this.#waits += 1;
    const { look, sleep } = this.#typicalNs;
    if (sleep === undefined) return "sleep";
    if (look === undefined) return "look";
    const better = look < sleep * MARGIN ? "look" : "sleep";
    const other = better === "look" ? "sleep" : "look";
    return this.#waits % TRY_OTHER === 0 ? other : better;
  }

  #measured(way: Way, ns: number): void {
    const before = this.#typicalNs[way] ?? ns;
    this.#typicalNs[way] = before + Math.min(WEIGHT * (ns - before), RISE * before);
  }
}
