/**
 * An instrument comes to a status in time and stays there: within the window it is reached for good,
 * that is, until the window closes. Streaming is believed only with samples to show for it.
 */
import type { StatusLine } from "@helix/run-record";
import type { ExpectationRule } from "../scenario/plan.ts";
import {
  batchAge,
  type Finding,
  firstFew,
  linesOf,
  met,
  notMet,
  type RunFacts,
  undecided,
} from "./finding.ts";
import { momentOf, withoutMoment } from "./moments.ts";

type StatusRule = Extract<ExpectationRule, { kind: "status" }>;

export function judgeStatus(rule: StatusRule, facts: RunFacts): Finding {
  const expected = `${rule.instrument} is ${rule.status} within ${rule.withinS} s after ${rule.after}, and stays so until then`;
  const fromS = momentOf(rule.after, facts);
  if (fromS === undefined) return withoutMoment(rule.after, expected, facts);
  const untilS = fromS + rule.withinS;
  const changes = linesOf(facts, "status").filter((line) => line.instrument === rule.instrument);
  if (changes.length === 0) return undecided("bench", expected, "no status of the instrument was recorded");

  // What comes at the end is the runtime's own stop.
  const seen = changes.filter((line) => line.t <= untilS && line.t < facts.reachedS);
  const last = seen.at(-1);
  const story = firstFew(seen.filter((line) => line.t >= fromS).map(told));
  if (facts.reachedS < untilS) {
    return undecided(
      "test",
      expected,
      `the run ended at ${batchAge(facts.reachedS)}, before the time was over`,
    );
  }
  if (last?.status !== rule.status) {
    return notMet("driver", expected, `${last?.status ?? "no status"} at ${batchAge(untilS)}`, story);
  }
  // The plant steps in whole seconds: a change in the very step of the moment is one after 0 s.
  const actual =
    last.t < fromS
      ? `${rule.status} all the time`
      : `${rule.status} after ${Number((last.t - fromS).toFixed(3))} s`;
  if (rule.status !== "Streaming") return met(expected, actual, story);

  const sample = linesOf(facts, "sample").find(
    (line) => line.instrument === rule.instrument && line.t > fromS,
  );
  if (!sample) {
    return notMet("driver", expected, `says Streaming, but no sample after ${batchAge(fromS)} came`, story);
  }
  return met(expected, actual, [
    ...story,
    `first sample from then: ${sample.channel} at ${batchAge(sample.t)}`,
  ]);
}

const told = (line: StatusLine) =>
  `${batchAge(line.t)}: ${line.status}${line.reason === undefined ? "" : ` (${line.reason})`}`;
