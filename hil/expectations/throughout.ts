/**
 * A claim that holds always, never, or at some time, in a part of the run; let off, where the
 * scenario says so, for a time after an event. What was not seen proves nothing: a hole in the
 * readings leaves `always` and `never` undecided.
 */
import type { ExpectationRule } from "../scenario/plan.ts";
import {
  batchAge,
  type Finding,
  firstFew,
  met,
  notMet,
  type RunFacts,
  undecided,
  unjudgeable,
} from "./finding.ts";
import { momentOf, withoutMoment } from "./moments.ts";
import { causeOf, claimText, type Observation, observe } from "./observations.ts";

type ThroughoutRule = Extract<ExpectationRule, { kind: "throughout" | "never" | "eventually" }>;

/** s; between readings further apart anything may have been. */
const LONGEST_HOLE_S = 600;

export function judgeThroughout(rule: ThroughoutRule, facts: RunFacts): Finding {
  const expected = expectedText(rule);
  const allowedFromS = rule.allowed && momentOf(rule.allowed.after, facts);
  if (rule.allowed && allowedFromS === undefined) return withoutMoment(rule.allowed.after, expected, facts);
  const allowedUntilS = (allowedFromS ?? 0) + (rule.allowed?.forS ?? 0);
  const isExcused = (t: number) => allowedFromS !== undefined && t >= allowedFromS && t < allowedUntilS;

  const all = observe(rule.claim, facts);
  if (all.length === 0) return nothingSeen(rule, expected, facts);
  const edges = allowedFromS === undefined ? [rule.fromS] : [rule.fromS, allowedUntilS];
  const lastS = Math.min(rule.untilS, facts.reachedS);
  // A status holds from its moment on: one that begins at the end, as the runtime stops, was never in force.
  const inWindow = (t: number) => t >= rule.fromS && (rule.claim.of === "status" ? t < lastS : t <= lastS);
  const points = [
    ...all.filter(({ t }) => inWindow(t)),
    // A status holds until the next: what was in force at an edge counts there.
    ...(rule.claim.of === "status" ? edges.flatMap((t) => inForceAt(all, t)) : []),
  ];
  const judged = points.filter(({ t }) => inWindow(t) && !isExcused(t)).sort((a, b) => a.t - b.t);

  const wanted = rule.kind !== "never";
  const cause = causeOf(rule.claim);
  const count = `${judged.length} observations`;
  if (rule.kind === "eventually") {
    const first = judged.find(({ holds }) => holds);
    if (first) return met(expected, `${first.shown} at ${batchAge(first.t)}`, [told(first)]);
  } else {
    const wrong = judged.filter(({ holds }) => holds !== wanted);
    if (wrong.length > 0) {
      const [first] = wrong as [Observation, ...Observation[]];
      return notMet(
        cause,
        expected,
        `${first.shown} at ${batchAge(first.t)}; ${wrong.length} of ${count}`,
        firstFew(wrong.map(told)),
      );
    }
  }
  if (facts.reachedS < rule.untilS) {
    return undecided(
      "test",
      expected,
      `the run ended at ${batchAge(facts.reachedS)}, before ${batchAge(rule.untilS)}`,
    );
  }
  if (judged.length === 0) return undecided("bench", expected, "nothing was seen in that time");
  if (rule.kind === "eventually") return notMet(cause, expected, `never in ${count}`, []);
  const hole = rule.claim.of === "status" ? undefined : holeIn(judged, rule, isExcused);
  if (hole !== undefined)
    return undecided(
      "bench",
      expected,
      `no good value from ${batchAge(hole.fromS)} to ${batchAge(hole.untilS)}`,
    );
  return met(
    expected,
    `${count}, ${wanted ? "all" : "none"} of them so`,
    firstFew(judged.slice(0, 1).map(told)),
  );
}

function expectedText({ kind, claim, fromS, untilS, allowed }: ThroughoutRule): string {
  const word = { throughout: "always", never: "never", eventually: "at some time" }[kind];
  const but = allowed ? `, but for ${allowed.forS} s after ${allowed.after}` : "";
  return `${claimText(claim)} ${word} from ${batchAge(fromS)} to ${batchAge(untilS)}${but}`;
}

const told = ({ t, shown }: Observation) => `${batchAge(t)}: ${shown}`;

function nothingSeen({ claim }: ThroughoutRule, expected: string, facts: RunFacts): Finding {
  const isTruth = claim.of === "band" && claim.value.of === "state";
  // Nobody knows the true state of a real culture: no run on such a rig could show it.
  return isTruth && facts.complete
    ? unjudgeable("bench", expected, "the rig records no true state of that name")
    : undecided("bench", expected, "nothing of it was recorded");
}

function inForceAt(all: readonly Observation[], t: number): Observation[] {
  const last = all.findLast((one) => one.t <= t);
  return last ? [{ ...last, t }] : [];
}

/** The first stretch without a reading that is too long to speak for. */
function holeIn(
  judged: readonly Observation[],
  { fromS, untilS }: ThroughoutRule,
  isExcused: (t: number) => boolean,
): { fromS: number; untilS: number } | undefined {
  const times = [fromS, ...judged.map(({ t }) => t), untilS];
  for (const [i, t] of times.entries()) {
    const next = times[i + 1];
    if (next === undefined || next - t <= LONGEST_HOLE_S) continue;
    // An excused stretch needs no reading.
    const middle = [t + LONGEST_HOLE_S, next - LONGEST_HOLE_S];
    if (!middle.every(isExcused)) return { fromS: t, untilS: next };
  }
  return undefined;
}
