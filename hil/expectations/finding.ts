/**
 * What the judging of one expectation comes to.
 */
import type { AuditLine, Cause, RunRecordLine, Verdict } from "@helix/run-record";
import type { Plan } from "../scenario/plan.ts";

export interface Finding {
  readonly expected: string;
  readonly actual: string;
  /** Where to look: times, ledger sequences, command or fault ids. */
  readonly evidence: readonly string[];
  readonly verdict: Verdict;
  readonly cause: Cause | undefined;
}

/** All that an expectation may know; the record's lines hold every word of it. */
export interface RunFacts {
  readonly plan: Plan;
  readonly lines: readonly RunRecordLine[];
  /** Id that the runtime gave a command -> its id in the plan. */
  readonly scheduled: ReadonlyMap<string, string>;
  /** Read back from the closed ledger; undefined where it could not be read. */
  readonly audit: readonly AuditRecord[] | undefined;
  /** The run came to its planned end; otherwise what was not seen proves nothing. */
  readonly complete: boolean;
  /** Plant time that the run came to, s. */
  readonly reachedS: number;
}

/** A record of the ledger that expectations are held against. */
export type AuditRecord = Omit<AuditLine, "kind">;

export const met = (expected: string, actual: string, evidence: readonly string[]): Finding => ({
  expected,
  actual,
  evidence,
  verdict: "pass",
  cause: undefined,
});

export const notMet = (
  cause: Cause,
  expected: string,
  actual: string,
  evidence: readonly string[],
): Finding => ({ expected, actual, evidence, verdict: "fail", cause });

/** What could not be looked at is never taken for good. */
export const undecided = (cause: Cause, expected: string, actual: string): Finding => ({
  expected,
  actual,
  evidence: [],
  verdict: "inconclusive",
  cause,
});

/** What this rig cannot tell though another can: it is said, and neither met nor held against anybody. */
export const notTold = (expected: string, actual: string): Finding => ({
  expected,
  actual,
  evidence: [],
  verdict: "not-run",
  cause: "test",
});

/** What no run of this scenario on this rig could have shown: the run proves nothing. */
export const unjudgeable = (cause: Cause, expected: string, actual: string): Finding => ({
  expected,
  actual,
  evidence: [],
  verdict: "invalid",
  cause,
});

/** Facts do not change: a run of weeks has a million lines, and is sorted once. */
const SORTED = new WeakMap<RunFacts, ReadonlyMap<string, RunRecordLine[]>>();

/** Lines of one kind, in order. */
export function linesOf<K extends RunRecordLine["kind"]>(
  facts: RunFacts,
  kind: K,
): readonly Extract<RunRecordLine, { kind: K }>[] {
  const sorted = SORTED.get(facts) ?? Map.groupBy(facts.lines, (line) => line.kind);
  SORTED.set(facts, sorted);
  return (sorted.get(kind) ?? []) as Extract<RunRecordLine, { kind: K }>[];
}

/** Evidence is read by people: the first few, and how many more there are. */
export function firstFew(evidence: readonly string[]): string[] {
  const shown = 5;
  const more = evidence.length - shown;
  return more > 0 ? [...evidence.slice(0, shown), `and ${more} more`] : [...evidence];
}

/** "96 h 0 min 12.5 s": batch age for people. */
export function batchAge(s: number): string {
  const ms = Math.round(s * 1000);
  const hours = Math.floor(ms / 3_600_000);
  const minutes = Math.floor((ms % 3_600_000) / 60_000);
  const rest = (ms % 60_000) / 1000;
  return [`${hours} h`, minutes || rest ? `${minutes} min` : "", rest ? `${rest} s` : ""]
    .filter(Boolean)
    .join(" ");
}
