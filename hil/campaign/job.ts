/** One virtual world of a campaign, and what came of it. */
import type { Cause, Verdict } from "@helix/run-record";

export interface Job {
  /** Unique in its campaign, e.g. "seed-12". */
  readonly id: string;
  readonly seed: number;
}

/** One line of a campaign's journal. */
export interface JobLine extends Job {
  readonly verdict: Verdict;
  readonly cause: Cause | null;
  readonly summary: string;
  /** failure-cause.ts; empty for a pass. */
  readonly causes: readonly string[];
  readonly traceHash: string | null;
  readonly wallSeconds: number;
  /** Virtual time that the scenario spans, s. */
  readonly plantSeconds: number;
  /** Of the faults that were injected, by kind and target: "partition on brx-07.link". */
  readonly faults: readonly string[];
  /** Of the drawn faults that left no trace, and were left out, by kind and target. */
  readonly leftOut: readonly string[];
  /** Path in the campaign's folder of a scenario that was drawn; kept of failing runs. */
  readonly scenario: string | null;
  /** Path in the campaign's folder of the run record; kept of failing runs. */
  readonly record: string | null;
  /** The one command that runs this again. */
  readonly replay: string;
}

/** Undefined when it was interrupted: it will be run again. */
export type RunJob<J extends Job> = (job: J) => Promise<JobLine | undefined>;
