/**
 * Runs a job in a virtual world. Of a run that passes nothing is kept but its line; of one that does
 * not, the record, and the scenario where it was drawn.
 */
import { join, relative } from "node:path";
import type { Platform } from "@helix/platform";
import type { RunResult } from "../rigs/judge-run.ts";
import { runVirtually } from "../rigs/virtual-rig.ts";
import { failureCauses } from "./failure-cause.ts";
import type { Job, JobLine } from "./job.ts";
import { runWithoutTraceless } from "./leave-out-traceless.ts";
import { headOf, type ReadPlan, type ScenarioData, scenarioData, scenarioYaml } from "./scenario-text.ts";

/** A job with its scenario. */
export interface WorldJob extends Job {
  /** Whole text of the scenario file. */
  readonly text: string;
  /** Path of the file that holds it. */
  readonly file: string;
  /** The file is written, when the run fails; otherwise it is there. */
  readonly isDrawn: boolean;
}

export interface WorldJobs {
  readonly platform: Platform;
  readonly helixVersion: string;
  /** Of the campaign. */
  readonly folder: string;
  /** Paths in commands count from here. */
  readonly cwd: string;
  readonly readPlan: ReadPlan;
  readonly signal: AbortSignal;
  /** As for the virtual rig. */
  readonly program?: string;
}

const NO_WATCH = { stage() {}, time() {}, sample() {}, event() {} };
/** Under the campaign's folder. */
export const DRAWN = "scenarios";
const RUNS = "runs";

/** @throws ProblemsError for a scenario that is not in order; the disk's errors */
export async function runWorldJob(
  { id, seed, text, file, isDrawn }: WorldJob,
  jobs: WorldJobs,
): Promise<JobLine | undefined> {
  const { platform, signal, folder, helixVersion, program } = jobs;
  const { disk } = platform;
  const replay = replayCommand(file, seed, jobs.cwd);
  const runsFolder = join(folder, RUNS);
  const run = async (scenario: string) => {
    const plan = jobs.readPlan(scenario, file, seed);
    // What a crash left behind of this very run, or a draw that left no trace.
    await removeRuns(jobs, runsFolder, `${plan.scenario}-${seed}-`);
    return runVirtually({
      plan,
      platform,
      helixVersion,
      replay,
      runsFolder,
      signal,
      // Of a run that did not come to its end nothing is kept.
      whenStopped: "left",
      watch: NO_WATCH,
      ...(program === undefined ? {} : { program }),
    });
  };
  const done = await (isDrawn ? runDrawn(text, run) : runAsIs(text, run)).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
  if (done === undefined || signal.aborted) {
    await removeRuns(jobs, runsFolder, `${jobs.readPlan(text, file, seed).scenario}-${seed}-`);
    return undefined;
  }
  const { result, text: ran, leftOut } = done;
  const { end, faults, record, plan } = result;
  const passed = end.verdict === "pass";
  if (passed) await disk.remove(result.folder);
  else if (isDrawn) {
    await disk.makeFolder(join(folder, DRAWN), 0o755);
    await disk.writeFile(file, new TextEncoder().encode(ran), 0o644);
  }
  return {
    id,
    seed,
    verdict: end.verdict,
    cause: end.cause ?? null,
    summary: end.summary,
    causes: failureCauses(result),
    traceHash: end.traceHash ?? null,
    wallSeconds: end.wallSeconds,
    plantSeconds: plan.endS - plan.beginS,
    faults: faults.map(({ inject, on }) => `${inject} on ${on}`),
    leftOut,
    scenario: passed || !isDrawn ? null : relative(folder, file),
    record: passed ? null : relative(folder, record),
    replay,
  };
}

const runAsIs = async (text: string, run: (scenario: string) => Promise<RunResult>) => ({
  result: await run(text),
  text,
  leftOut: [],
});

/** Without the drawn faults that leave no trace. */
async function runDrawn(text: string, run: (scenario: string) => Promise<RunResult>) {
  const start = scenarioData(text);
  const textOf = (data: ScenarioData) => (data === start ? text : scenarioYaml(data, headOf(text)));
  const { data, ...rest } = await runWithoutTraceless(start, (changed) => run(textOf(changed)));
  return { text: textOf(data), ...rest };
}

async function removeRuns({ platform: { disk } }: WorldJobs, runsFolder: string, prefix: string) {
  if (!(await disk.stat(runsFolder))) return;
  for (const name of await disk.list(runsFolder)) {
    if (name.startsWith(prefix)) await disk.remove(join(runsFolder, name));
  }
}

export function replayCommand(file: string, seed: number, cwd: string): string {
  const path = relative(cwd, file);
  const shown = path.startsWith("..") ? file : path;
  return `helix run ${shown.includes(" ") ? JSON.stringify(shown) : shown} --seed ${seed}`;
}
