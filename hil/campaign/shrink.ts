/**
 * Makes something that fails smaller as long as it fails for the same cause. Greedy and in a fixed
 * order: the same start gives the same end. Whatever it hands over has been seen to fail.
 */
export interface Shrinking<T> {
  /** Has been seen to fail. */
  readonly start: T;
  /** Each proposes smaller ones, the boldest first; tried again from the new state after each success. */
  readonly passes: readonly ((state: T) => Iterable<T>)[];
  /** Equal keys are equal things: none is tried twice. */
  readonly keyOf: (candidate: T) => string;
  readonly attempt: (candidate: T) => Promise<Attempt>;
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

export async function shrink<T>(shrinking: Shrinking<T>): Promise<Shrunk<T>> {
  const { start, passes, keyOf, mostRuns, signal } = shrinking;
  const tried = new Set([keyOf(start)]);
  let smallest = start;
  let runs = 0;
  const isOver = () => runs >= mostRuns || signal.aborted;

  /** The first proposal of the pass that still fails; undefined when there is none. */
  async function step(pass: (state: T) => Iterable<T>): Promise<T | undefined> {
    for (const candidate of pass(smallest)) {
      const key = keyOf(candidate);
      if (tried.has(key)) continue;
      if (isOver()) return undefined;
      tried.add(key);
      const attempt = await shrinking.attempt(candidate);
      if (attempt !== "unfit") runs += 1;
      const found = attempt === "same cause";
      shrinking.onStep({ runs, smallest: found ? candidate : smallest, attempt });
      if (found) return candidate;
    }
    return undefined;
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
