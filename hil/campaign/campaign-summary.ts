/** What a campaign comes to: counts, and failures by cause. A pure function of the journal's lines. */
import type { Verdict } from "@helix/run-record";
import type { JobLine } from "./job.ts";

export interface CampaignSummary {
  readonly runs: number;
  readonly verdicts: Readonly<Record<Verdict, number>>;
  /** Drawn faults that left no trace, over all runs: they were left out. */
  readonly leftOut: number;
  /** The most frequent first. */
  readonly groups: readonly FailureGroup[];
}

export interface FailureGroup {
  readonly cause: string;
  readonly verdict: Verdict;
  readonly count: number;
  /** In the campaign's order. */
  readonly runs: readonly FailedRun[];
}

export type FailedRun = Pick<
  JobLine,
  "id" | "seed" | "summary" | "faults" | "scenario" | "record" | "replay"
>;

export function summarise(lines: readonly JobLine[]): CampaignSummary {
  const verdicts = { pass: 0, fail: 0, inconclusive: 0, invalid: 0, "not-run": 0 };
  const groups = new Map<string, JobLine[]>();
  for (const line of lines) {
    verdicts[line.verdict] += 1;
    const [cause] = line.causes;
    if (cause === undefined) continue;
    groups.set(cause, [...(groups.get(cause) ?? []), line]);
  }
  return {
    runs: lines.length,
    verdicts,
    leftOut: lines.reduce((sum, line) => sum + line.leftOut.length, 0),
    groups: [...groups]
      .map(([cause, failed]) => groupOf(cause, failed))
      .sort((a, b) => b.count - a.count || (a.cause < b.cause ? -1 : 1)),
  };
}

/** 0 all pass, 1 some fail or are undecided, 3 some are invalid and none fails. */
export function campaignExitCode({ verdicts }: CampaignSummary): 0 | 1 | 3 {
  if (verdicts.fail + verdicts.inconclusive > 0) return 1;
  return verdicts.invalid + verdicts["not-run"] > 0 ? 3 : 0;
}

/** Failed runs named per group; the others are in the journal. */
const SHOWN_RUNS = 5;

export function campaignText({ runs, verdicts, leftOut, groups }: CampaignSummary): string {
  const counts = Object.entries(verdicts).filter(([, count]) => count > 0);
  const lines = [`${runs} runs: ${counts.map(([verdict, count]) => `${count} ${verdict}`).join(", ")}`];
  if (leftOut > 0) lines.push(`Drawn faults that touched nothing, and were left out: ${leftOut}`);
  for (const { cause, count, runs: failed } of groups) {
    lines.push("", `${count} x ${cause}`, `    ${failed[0]?.summary}`);
    for (const { replay } of failed.slice(0, SHOWN_RUNS)) lines.push(`    ${replay}`);
    if (count > SHOWN_RUNS) lines.push(`    and ${count - SHOWN_RUNS} more in the campaign's journal`);
  }
  return `${lines.join("\n")}\n`;
}

function groupOf(cause: string, failed: readonly JobLine[]): FailureGroup {
  const runs = failed.map(({ id, seed, summary, faults, scenario, record, replay }) => ({
    id,
    seed,
    summary,
    faults,
    scenario,
    record,
    replay,
  }));
  return { cause, verdict: failed[0]?.verdict ?? "fail", count: failed.length, runs };
}
