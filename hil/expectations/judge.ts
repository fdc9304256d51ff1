/**
 * Expectations, judged as pure functions of what the run recorded.
 */
import type { ExpectationLine } from "@helix/run-record";
import type { ExpectationRule, LeakBudget } from "../scenario/plan.ts";
import { judgeOutcome } from "./command-outcome.ts";
import { judgeGaps } from "./every-gap-is-recorded.ts";
import { judgeAuditRecords } from "./exactly-one-audit-record.ts";
import { type Finding, linesOf, met, notMet, notTold, type RunFacts, undecided } from "./finding.ts";
import { judgeLeak } from "./no-leak.ts";
import { judgeStale } from "./no-stale-value-marked-good.ts";
import { judgeCommands } from "./one-outcome-per-command.ts";
import { judgeReach } from "./reach.ts";
import { judgeSetpoints } from "./setpoint-agrees-with-plant.ts";
import { judgeStatus } from "./status-after.ts";
import { judgeThroughout } from "./throughout.ts";
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
  const state = trueStateOf(rule);
  if (state !== undefined && linesOf(facts, "run")[0]?.rig === "physical")
    return notTold(`what the scenario says of twin.${state}`, "a real plant tells nobody its true state");
  switch (rule.kind) {
    case "always":
      return judgeInvariant(rule.invariant, facts, rule.budget);
    case "throughout":
    case "never":
    case "eventually":
      return judgeThroughout(rule, facts);
    case "reach":
      return judgeReach(rule, facts);
    case "outcome":
      return judgeOutcome(rule, facts);
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

/** Name of the twin's state that the rule is about. */
function trueStateOf(rule: ExpectationRule): string | undefined {
  if (rule.kind === "state") return rule.state;
  if (!("claim" in rule) || rule.claim.of !== "band" || rule.claim.value.of !== "state") return undefined;
  return rule.claim.value.state;
}

/** By the names of invariants.ts; a test holds the two together. */
export function judgeInvariant(name: string, facts: RunFacts, budget?: LeakBudget): Finding {
  switch (name) {
    case "every-gap-is-recorded":
      return judgeGaps(facts);
    case "one-outcome-per-command":
      return judgeCommands(facts);
    case "exactly-one-audit-record":
      return judgeAuditRecords(facts);
    case "setpoint-agrees-with-plant":
      return judgeSetpoints(facts);
    case "no-stale-value-marked-good":
      return judgeStale(facts);
    case "ledger-clean":
      return judgeLedger(facts);
    case "no-leak":
      return judgeLeak(facts, budget);
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
