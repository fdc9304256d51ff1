/**
 * Shrinks a failing scenario: runs it, takes note of the cause, and makes it smaller as long as it
 * fails for that cause. What comes out is a scenario file that says so at its head.
 */
import { dirname, join } from "node:path";
import { ProblemsError } from "@helix/config";
import type { Platform } from "@helix/platform";
import { runVirtually } from "../rigs/virtual-rig.ts";
import type { Plan } from "../scenario/plan.ts";
import { CampaignError } from "./campaign-folder.ts";
import { failureCauses } from "./failure-cause.ts";
import { runWithoutTraceless } from "./leave-out-traceless.ts";
import { type ReadPlan, type ScenarioData, scenarioYaml } from "./scenario-text.ts";
import { settleTimes } from "./settle-times.ts";
import { type Attempt, shrink } from "./shrink.ts";
import { shrinkPasses } from "./shrink-passes.ts";
import { replayCommand } from "./world-job.ts";

export interface ScenarioToShrink {
  /** In order, as the reader of scenarios says. */
  readonly data: ScenarioData;
  readonly seed: number;
  /** Shown in the head of what comes out: how it was found. */
  readonly foundBy: string;
  /** Folder for the file that comes out. */
  readonly folder: string;
  readonly mostRuns: number;
  /** Worlds at a time, 1 or more; what comes out does not depend on it. */
  readonly jobs: number;
  readonly platform: Platform;
  readonly helixVersion: string;
  readonly cwd: string;
  readonly readPlan: ReadPlan;
  readonly signal: AbortSignal;
  readonly say: (text: string) => void;
  /** As for the virtual rig. */
  readonly program?: string;
}

export interface ShrunkScenario {
  readonly file: string;
  readonly cause: string;
  readonly summary: string;
  readonly runs: number;
  /** Nothing that could be left out is left. */
  readonly isMinimal: boolean;
  readonly before: ScenarioSize;
  readonly after: ScenarioSize;
  readonly replay: string;
}

export interface ScenarioSize {
  readonly faults: number;
  readonly commands: number;
  readonly seconds: number;
}

const NO_WATCH = { stage() {}, time() {}, sample() {}, event() {} };
const SUFFIX = "-minimal";

/** @throws CampaignError when the scenario does not fail; ProblemsError when it is not in order */
export async function shrinkScenario(given: ScenarioToShrink): Promise<ShrunkScenario> {
  const { seed, platform, say, signal, folder, readPlan } = given;
  const name = `${given.data.scenario}${SUFFIX}`;
  const file = join(folder, `${name}.yaml`);
  const named = { ...given.data, scenario: name, seed };
  const read = (data: ScenarioData) => readPlan(scenarioYaml(data), file, seed);
  const settled = settleTimes(named, read(named));

  say(`seed ${seed}: the failing run`);
  const attempts = new AttemptFolders(join(folder, `${name}-attempts`));
  const runOnce = (plan: Plan, stop: AbortSignal) => runAttempt(plan, attempts.next(), stop, given);
  const { data: start, result: first } = await runWithoutTraceless(settled, (data) =>
    runOnce(read(data), signal),
  );
  const [cause] = failureCauses(first);
  if (signal.aborted)
    throw new CampaignError(
      "the shrinking was stopped before its first run had ended",
      "Give the same command again.",
    );
  if (cause === undefined) {
    throw new CampaignError(
      `${given.data.scenario} does not fail with seed ${seed}: there is nothing to shrink`,
      "Name the seed of a run that failed, as its replay command does.",
    );
  }
  say(cause);
  const attempt = async (candidate: ScenarioData, stop: AbortSignal): Promise<Attempt> => {
    const plan = planOrNone(candidate, read);
    if (plan === undefined) return "unfit";
    const causes = failureCauses(await runOnce(plan, stop));
    return causes.includes(cause) && !stop.aborted ? "same cause" : "other end";
  };
  const { smallest, runs, isMinimal } = await shrink({
    start,
    passes: shrinkPasses(cause, start),
    keyOf: (data) => scenarioYaml(data),
    attempt,
    mostRuns: given.mostRuns,
    jobs: given.jobs,
    signal,
    onStep(step) {
      if (step.attempt === "same cause") say(`run ${step.runs}: ${sizeText(sizeOf(read(step.smallest)))}`);
    },
  });
  const before = sizeOf(read(start));
  const after = sizeOf(read(smallest));
  const replay = replayCommand(file, seed, given.cwd);
  await platform.disk.makeFolder(dirname(file), 0o755);
  const head = [
    `Fails: ${cause}`,
    `Found by: ${given.foundBy}`,
    `Shrunk in ${runs} runs from ${sizeText(before)} to ${sizeText(after)}${isMinimal ? "" : "; the shrinking was ended before nothing was left to try"}.`,
    `Replay: ${replay}`,
  ];
  await platform.disk.writeFile(file, new TextEncoder().encode(scenarioYaml(smallest, head)), 0o644);
  await platform.disk.remove(attempts.under);
  return { file, cause, summary: first.end.summary, runs, isMinimal, before, after, replay };
}

/** Undefined when it makes no sense as a scenario. */
function planOrNone(candidate: ScenarioData, read: (data: ScenarioData) => Plan): Plan | undefined {
  try {
    return read(candidate);
  } catch (error) {
    if (error instanceof ProblemsError) return undefined;
    throw error;
  }
}

/** Attempts have one name and one seed, and run side by side. */
class AttemptFolders {
  readonly under: string;
  #count = 0;

  constructor(under: string) {
    this.under = under;
  }

  next(): string {
    this.#count += 1;
    return join(this.under, `${this.#count}`);
  }
}

/** Leaves nothing behind. */
async function runAttempt(plan: Plan, runsFolder: string, signal: AbortSignal, given: ScenarioToShrink) {
  const { platform, helixVersion, program } = given;
  const result = await runVirtually({
    plan,
    platform,
    helixVersion,
    replay: replayCommand(plan.file, plan.seed, given.cwd),
    runsFolder,
    signal,
    watch: NO_WATCH,
    ...(program === undefined ? {} : { program }),
  });
  await platform.disk.remove(runsFolder);
  return result;
}

const sizeOf = ({ faults, armed, commands, beginS, endS }: Plan): ScenarioSize => ({
  faults: faults.length + armed.length,
  commands: commands.length,
  seconds: endS - beginS,
});

const sizeText = ({ faults, commands, seconds }: ScenarioSize) =>
  `${faults === 1 ? "1 fault" : `${faults} faults`}, ${commands === 1 ? "1 command" : `${commands} commands`}, ${Math.round(seconds / 60)} min`;
