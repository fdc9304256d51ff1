/** A value comes into its band in time and stays there until the time is over. */
import type { ExpectationRule } from "../scenario/plan.ts";
import { batchAge, type Finding, firstFew, met, notMet, type RunFacts, undecided } from "./finding.ts";
import { momentOf, withoutMoment } from "./moments.ts";
import { causeOf, claimText, observe } from "./observations.ts";

type ReachRule = Extract<ExpectationRule, { kind: "reach" }>;

export function judgeReach(rule: ReachRule, facts: RunFacts): Finding {
  const expected = `${claimText(rule.claim)} within ${rule.withinS} s after ${rule.after}, and so until then`;
  const fromS = momentOf(rule.after, facts);
  if (fromS === undefined) return withoutMoment(rule.after, expected, facts);
  const untilS = fromS + rule.withinS;
  if (facts.reachedS < untilS) {
    return undecided(
      "test",
      expected,
      `the run ended at ${batchAge(facts.reachedS)}, before the time was over`,
    );
  }
  const seen = observe(rule.claim, facts).filter(({ t }) => t > fromS && t <= untilS);
  const last = seen.at(-1);
  if (!last) return undecided("bench", expected, "no good value came in that time");
  const story = firstFew(seen.slice(-3).map(({ t, shown }) => `${batchAge(t)}: ${shown}`));
  if (!last.holds)
    return notMet(causeOf(rule.claim), expected, `${last.shown} at ${batchAge(last.t)}`, story);
  const lastOutside = seen.findLast(({ holds }) => !holds);
  const into = seen.find(({ t }) => t > (lastOutside?.t ?? Number.NEGATIVE_INFINITY));
  return met(
    expected,
    `${last.shown}, in the band after ${Number(((into ?? last).t - fromS).toFixed(3))} s`,
    story,
  );
}
