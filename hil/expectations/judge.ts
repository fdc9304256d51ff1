/**
 * Expectations, judged as pure functions of what the run recorded.
 */
import type { ExpectationLine } from "@helix/run-record";
import type { ExpectationRule } from "../scenario/plan.ts";
import { judgeGaps } from "./every-gap-is-recorded.ts";
import { type Finding, linesOf, met, notMet, type RunFacts, undecided } from "./finding.ts";
import { judgeCommands } from "./one-outcome-per-command.ts";
import { judgeStatus } from "./status-after.ts";
import { judgeChannel, judgeState } from "./value-between.ts";

/** One line per expectation of the plan, in the order of the file. */
export function judgeExpectations(facts: RunFacts): ExpectationLine[] {
  return facts.plan.expectations.map(({ index, text, ...rule }) => ({
    kind: "expectation",
    index,
    text,
    ...judge(rule, facts),
  }));
}

function judge(rule: ExpectationRule, facts: RunFacts): Finding {
  switch (rule.kind) {
    case "always":
      return judgeInvariant(rule.invariant, facts);
    case "status":
      return judgeStatus(rule, facts);
    case "state":
      return judgeState(rule, facts);
    case "channel":
      return judgeChannel(rule, facts);
    case "ledger":
      return judgeLedger(facts);
  }
}

/** By the names of invariants.ts; a test holds the two together. */
export function judgeInvariant(name: string, facts: RunFacts): Finding {
  switch (name) {
    case "every-gap-is-recorded":
      return judgeGaps(facts);
    case "one-outcome-per-command":
      return judgeCommands(facts);
    default:
      throw new RangeError(`invariant "${name}" is not known`);
  }
}

function judgeLedger(facts: RunFacts): Finding {
  const expected = "the ledger verifies as CLEAN and holds records";
  const line = linesOf(facts, "ledger").at(-1);
  if (!line) return undecided("bench", expected, "the ledger could not be read");
  const actual = `${line.verdict}, ${line.records} records`;
  const evidence = [`root ${line.root}`];
  if (line.verdict === "CLEAN" && BigInt(line.records) > 0n) return met(expected, actual, evidence);
  return notMet("bench", expected, actual, evidence);
}
