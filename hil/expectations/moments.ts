/** When the events took place that an expectation counts from. */
import { type Finding, linesOf, type RunFacts, undecided, unjudgeable } from "./finding.ts";

/** s; undefined when the event did not take place. */
export function momentOf(moment: string, facts: RunFacts): number | undefined {
  if (moment === "begin") return facts.plan.beginS;
  const dot = moment.lastIndexOf(".");
  const id = moment.slice(0, dot);
  const what = moment.slice(dot + 1);
  if (what === "sent") {
    return linesOf(facts, "command").find((line) => facts.scheduled.get(line.id) === id)?.t;
  }
  const fault = linesOf(facts, "fault").find((line) => line.id === id);
  return what === "begin" ? fault?.beginS : fault?.endS;
}

/** What is said of an event that did not come: in a whole run, only a fault may fail to. */
export function withoutMoment(moment: string, expected: string, facts: RunFacts): Finding {
  const actual = `${moment} did not come`;
  const mayNotCome = facts.plan.armed.some((fault) => fault.mayNotCome && moment.startsWith(`${fault.id}.`));
  return facts.complete && !mayNotCome
    ? unjudgeable("bench", expected, actual)
    : undecided("test", expected, actual);
}
