/**
 * Makes something that fails smaller as long as it fails for the same cause. Greedy and in a fixed
 * order: the same start gives the same end, however many attempts are made at a time, since those
 * beyond the next count only if it comes to nothing. Whatever it hands over has been seen to fail.
 */
export interface Shrinking<T> {
  /** Has been seen to fail. */
  readonly start: T;
  /** Each proposes smaller ones, the boldest first; tried again from the new state after each success. */
  readonly passes: readonly ((state: T) => Iterable<T>)[];
  /** Equal keys are equal things: none is tried twice. */
  readonly keyOf: (candidate: T) => string;
  /** `signal`: nobody wants to know any more. */
  readonly attempt: (candidate: T, signal: AbortSignal) => Promise<Attempt>;
  /** Attempts at a time, 1 or more. */
  readonly jobs: number;
  /** Attempts that ran, at most. */
  readonly mostRuns: number;
  readonly onStep: (step: ShrinkStep<T>) => void;
  readonly signal: AbortSignal;
}

/** "unfit": could not be run at all, and did not count. */
export type Attempt = "same cause" | "other end" | "unfit";

export interface ShrinkStep<T> {
  readonly runs: number;
  readonly smallest: T;
  readonly attempt: Attempt;
}

export interface Shrunk<T> {
  readonly smallest: T;
  readonly runs: number;
  /** Nothing that the passes propose is left to try. */
  readonly isMinimal: boolean;
}

interface Begun<T> {
  readonly candidate: T;
  readonly key: string;
  readonly outcome: Promise<Attempt>;
  readonly stop: AbortController;
}

/** Attempts on proposals in their order, begun before it is known whether they will be wanted. */
class AttemptsAhead<T> {
  readonly #shrinking: Shrinking<T>;
  readonly #proposals: Iterator<T>;
  readonly #tried: Set<string>;
  readonly #begun: Begun<T>[] = [];

  constructor(shrinking: Shrinking<T>, proposals: Iterable<T>, tried: Set<string>) {
    this.#shrinking = shrinking;
    this.#proposals = proposals[Symbol.iterator]();
    this.#tried = tried;
  }

  /** The next in order; `most` are begun at most. */
  next(most: number): Begun<T> | undefined {
    while (this.#begun.length < Math.min(this.#shrinking.jobs, most)) {
      const begun = this.#beginNext();
      if (begun === undefined) break;
      this.#begun.push(begun);
    }
    return this.#begun.shift();
  }

  /** What was begun and is not wanted was not tried. */
  async forget(): Promise<void> {
    for (const { key, stop } of this.#begun) {
      this.#tried.delete(key);
      stop.abort();
    }
    await Promise.allSettled(this.#begun.map(({ outcome }) => outcome));
  }

  #beginNext(): Begun<T> | undefined {
    const { keyOf, attempt, signal } = this.#shrinking;
    for (let { done, value } = this.#proposals.next(); !done; { done, value } = this.#proposals.next()) {
      const candidate = value as T;
      const key = keyOf(candidate);
      if (this.#tried.has(key)) continue;
      this.#tried.add(key);
      const stop = new AbortController();
      const outcome = attempt(candidate, AbortSignal.any([signal, stop.signal]));
      // Whether anybody waits for it is not known yet.
      outcome.catch(() => {});
      return { candidate, key, outcome, stop };
    }
    return undefined;
  }
}

export async function shrink<T>(shrinking: Shrinking<T>): Promise<Shrunk<T>> {
  const { start, passes, mostRuns, signal } = shrinking;
  const tried = new Set([shrinking.keyOf(start)]);
  let smallest = start;
  let runs = 0;
  const isOver = () => runs >= mostRuns || signal.aborted;

  /** The first proposal of the pass that still fails; undefined when there is none. */
  async function step(pass: (state: T) => Iterable<T>): Promise<T | undefined> {
    const ahead = new AttemptsAhead(shrinking, pass(smallest), tried);
    try {
      for (;;) {
        const next = isOver() ? undefined : ahead.next(mostRuns - runs);
        if (next === undefined) return undefined;
        const attempt = await next.outcome;
        if (attempt !== "unfit") runs += 1;
        const found = attempt === "same cause";
        shrinking.onStep({ runs, smallest: found ? next.candidate : smallest, attempt });
        if (found) return next.candidate;
      }
    } finally {
      await ahead.forget();
    }
  }

  for (let shrunk = true; shrunk && !isOver(); ) {
    shrunk = false;
    for (const pass of passes) {
      for (let next = await step(pass); next !== undefined; next = await step(pass)) {
        smallest = next;
        shrunk = true;
      }
    }
  }
  return { smallest, runs, isMinimal: !isOver() };
}
