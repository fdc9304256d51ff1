/**
 * Why a run did not pass, in words that are the same for every run that failed for the same reason:
 * verdict, what it is put down to, and the expectation that failed, with numbers left out.
 */
import type { Cause, ExpectationLine, Verdict } from "@helix/run-record";

export interface JudgedEnd {
  readonly end: {
    readonly verdict: Verdict;
    readonly cause?: Cause | undefined;
    readonly summary: string;
  };
  readonly expectations: readonly Pick<ExpectationLine, "text" | "verdict" | "cause">[];
}

/** The first is what the run is grouped by; empty for a pass. */
export function failureCauses({ end, expectations }: JudgedEnd): string[] {
  if (end.verdict === "pass") return [];
  const decided = expectations.filter(({ verdict }) => verdict === end.verdict);
  const fromExpectations = decided.map(({ verdict, cause, text }) => causeText(verdict, cause, text));
  // What decided the run is no expectation when none was judged as the run was.
  if (fromExpectations.length === 0) return [causeText(end.verdict, end.cause, end.summary)];
  return [...new Set(fromExpectations)];
}

const causeText = (verdict: Verdict, cause: Cause | undefined, what: string) =>
  `${verdict}, ${cause ?? "cause unknown"}: ${withoutNumbers(what)}`;

/** A number, with sign, point, exponent or grouping; not the digits of a name such as CHO8. */
const NUMBER = /(?<![A-Za-z_])[+-]?\d[\d_]*(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
const HASH = /\b[0-9a-f]{16,}\b/g;

export const withoutNumbers = (text: string): string =>
  text.replaceAll(HASH, "#").replaceAll(NUMBER, "#").replaceAll(/\s+/g, " ").trim();
