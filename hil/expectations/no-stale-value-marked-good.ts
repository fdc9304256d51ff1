/**
 * No value is passed off as present that is not: of two good values of a channel the second is of a
 * later time, and while an instrument streams undisturbed, none is older than the time it takes to
 * come. A link that has just come back may deliver what the instrument kept meanwhile, by its true
 * time: that is history, not staleness.
 */
import type { FaultLine, RunRecordLine, SampleLine } from "@helix/run-record";
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
import { GOOD } from "./observations.ts";

const EXPECTED = "each good value is newer than the one before it and as new as its way allows";

/** Sample periods that a value may be behind the plant. */
const PERIODS = 3;
/** s of real time that a value takes to come, at the most; on a fast bench the plant runs on meanwhile. */
const WAY_S = 3;

export function judgeStale(facts: RunFacts): Finding {
  const good = linesOf(facts, "sample").filter(({ quality }) => quality >= GOOD);
  if (good.length === 0)
    return undecided("driver", EXPECTED, "no good value came, so there is nothing to judge");
  const wrong = [...notNewer(good), ...tooOld(facts)];
  const about = `${good.length} good values`;
  if (wrong.length > 0)
    return notMet("driver", EXPECTED, `${wrong.length} of ${about} are stale`, firstFew(wrong));
  if (!facts.complete) return undecided("test", EXPECTED, `${about}, but the run was cut short`);
  return met(EXPECTED, `${about}, none stale`, []);
}

const place = ({ instrument, channel }: SampleLine) => `${instrument}.${channel}`;

function notNewer(good: readonly SampleLine[]): string[] {
  const last = new Map<string, number>();
  const wrong: string[] = [];
  for (const line of good) {
    const before = last.get(place(line));
    if (before !== undefined && line.t <= before) {
      wrong.push(`${place(line)} ${line.sequence}: of ${batchAge(line.t)}, after one of ${batchAge(before)}`);
    }
    last.set(place(line), line.t);
  }
  return wrong;
}

function tooOld(facts: RunFacts): string[] {
  const run = linesOf(facts, "run")[0];
  const periods = new Map(facts.plan.instruments.map(({ key, samplePeriodS }) => [key, samplePeriodS]));
  const waySeconds = WAY_S * (run === undefined || run.rig === "virtual" ? 1 : run.speed);
  const wrong: string[] = [];
  const faults = linesOf(facts, "fault");
  const disturbedS = new Map<string, number>();
  let nowS = facts.plan.beginS;
  for (const line of facts.lines) {
    nowS = Math.max(nowS, presentIn(line) ?? nowS);
    if (line.kind === "status" && line.status === "Streaming") disturbedS.set(line.instrument, nowS);
    if (line.kind !== "sample" || line.quality < GOOD) continue;
    const allowedS = PERIODS * (periods.get(line.instrument) ?? 0) + waySeconds;
    const isSettled = nowS - (disturbedS.get(line.instrument) ?? nowS) > allowedS;
    if (isSettled && !isUnderLinkFault(line.instrument, nowS, allowedS, faults) && nowS - line.t > allowedS) {
      wrong.push(
        `${place(line)} ${line.sequence}: of ${batchAge(line.t)}, taken as present at ${batchAge(nowS)}`,
      );
    }
  }
  return wrong;
}

/** s; plant time that a line shows has come. */
function presentIn(line: RunRecordLine): number | undefined {
  return line.kind === "truth" || line.kind === "sample" || line.kind === "status" ? line.t : undefined;
}

/** While a link is at fault, and as long after as its backlog may take. */
function isUnderLinkFault(
  instrument: string,
  nowS: number,
  allowedS: number,
  faults: readonly FaultLine[],
): boolean {
  return faults.some(
    ({ on, beginS, endS }) => on === `${instrument}.link` && nowS >= beginS && nowS <= endS + allowedS,
  );
}
