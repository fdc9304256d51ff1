/** A twin's true state, or what a channel read, lies in a band at a moment. */
import type { SampleLine, TruthLine } from "@helix/run-record";
import type { ExpectationRule } from "../scenario/plan.ts";
import { batchAge, type Finding, linesOf, met, notMet, type RunFacts, undecided } from "./finding.ts";

type StateRule = Extract<ExpectationRule, { kind: "state" }>;
type ChannelRule = Extract<ExpectationRule, { kind: "channel" }>;

/** s; an older value says nothing about the moment. */
const OLDEST_VALUE_S = 600;
/** OPC quality from which a value is good. */
const GOOD = 0xc0;

export function judgeState(rule: StateRule, facts: RunFacts): Finding {
  const expected = `twin.${rule.state} from ${rule.min} to ${rule.max} ${rule.unit}`;
  const truths = linesOf(facts, "truth").filter((line) => rule.state in line.states);
  return judgeAt<TruthLine>(rule, facts, expected, truths, (line) => line.states[rule.state], "twin");
}

export function judgeChannel(rule: ChannelRule, facts: RunFacts): Finding {
  const expected = `${rule.instrument}.${rule.channel} reads from ${rule.min} to ${rule.max} ${rule.unit}`;
  const samples = linesOf(facts, "sample").filter(
    (line) => line.instrument === rule.instrument && line.channel === rule.channel && line.quality >= GOOD,
  );
  return judgeAt<SampleLine>(rule, facts, expected, samples, (line) => line.value ?? undefined, "device");
}

function judgeAt<L extends { readonly t: number }>(
  rule: StateRule | ChannelRule,
  facts: RunFacts,
  expected: string,
  lines: readonly L[],
  valueOf: (line: L) => number | undefined,
  cause: "twin" | "device",
): Finding {
  const atS = rule.atS ?? facts.plan.endS;
  if (facts.reachedS < atS) {
    return undecided(
      "test",
      expected,
      `the run ended at ${batchAge(facts.reachedS)}, before ${batchAge(atS)}`,
    );
  }
  const line = latestUpTo(lines, atS);
  const value = line && valueOf(line);
  if (!line || value === undefined || !Number.isFinite(value)) {
    return undecided("bench", expected, `no good value at ${batchAge(atS)}`);
  }
  if (line.t < atS - OLDEST_VALUE_S) {
    return undecided("bench", expected, `the last good value is of ${batchAge(line.t)}`);
  }
  const actual = `${Number(value.toPrecision(6))} ${rule.unit}`;
  const evidence = [`at ${batchAge(line.t)}`];
  return value >= rule.min && value <= rule.max
    ? met(expected, actual, evidence)
    : notMet(cause, expected, actual, evidence);
}

/** Samples of one channel come in order; a late one may still be of an earlier time. */
function latestUpTo<L extends { readonly t: number }>(lines: readonly L[], atS: number): L | undefined {
  let latest: L | undefined;
  for (const line of lines) {
    if (line.t <= atS + 1e-6 && (latest === undefined || line.t >= latest.t)) latest = line;
  }
  return latest;
}
