/** One solver on one problem, ready to be timed. */

export interface Round {
  /** CPU seconds for all trajectories, once. */
  readonly seconds: number;
  readonly steps: number;
  readonly rejects: number;
}

export interface Contender {
  readonly name: string;
  /** How many of the problem's it solves, from the first on; all of them unless given. */
  readonly trajectories?: number;
  /** Solves all trajectories of the problem, and tells what it cost. */
  round(): Promise<Round>;
  /** Final state of every trajectory, and the end of the contender. */
  finish(): Promise<Float64Array>;
}

/** A peer that this machine does not have, and why. */
export interface Absent {
  readonly name: string;
  readonly reason: string;
}
