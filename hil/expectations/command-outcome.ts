/** One named command came to the outcome that the scenario says. */
import type { ExpectationRule } from "../scenario/plan.ts";
import {
  batchAge,
  type Finding,
  linesOf,
  met,
  notMet,
  type RunFacts,
  undecided,
  unjudgeable,
} from "./finding.ts";

type OutcomeRule = Extract<ExpectationRule, { kind: "outcome" }>;

export function judgeOutcome({ command, outcome }: OutcomeRule, facts: RunFacts): Finding {
  const expected = `${command} is ${outcome}`;
  const line = linesOf(facts, "command").find(({ id }) => facts.scheduled.get(id) === command);
  const unsent = linesOf(facts, "unsent").find(({ scheduled }) => scheduled === command);
  if (!line && unsent) {
    const actual = `not-sent: ${unsent.reason}`;
    const evidence = [`${batchAge(unsent.t)}: ${unsent.description}`];
    return outcome === "not-sent"
      ? met(expected, actual, evidence)
      : notMet("driver", expected, actual, evidence);
  }
  if (!line) {
    return facts.complete
      ? unjudgeable("bench", expected, "it was not sent")
      : undecided("test", expected, "the run ended before it was sent");
  }
  const actual = `${line.outcome}${line.reason === undefined ? "" : `: ${line.reason}`}`;
  const evidence = [
    `ledger record ${line.outcomeLedgerSequence ?? line.intentLedgerSequence}: ${line.description}`,
  ];
  return line.outcome === outcome
    ? met(expected, actual, evidence)
    : notMet("driver", expected, actual, evidence);
}
