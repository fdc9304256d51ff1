/** A campaign over seeds: the whole of it, from the folder to what a person reads at the end. */
import os from "node:os";
import { join, relative, resolve } from "node:path";
import type { CliContext, CommandOutcome, ExitCode } from "@helix/cli";
import {
  type CampaignFolder,
  type CampaignIdentity,
  hashOfNames,
  nextCampaign,
  openCampaign,
} from "../../campaign/campaign-folder.ts";
import { campaignExitCode, campaignText, summarise } from "../../campaign/campaign-summary.ts";
import type { JobLine } from "../../campaign/job.ts";
import { runJobs } from "../../campaign/run-jobs.ts";
import { drawnJob, jobId, plainJob, type SeededScenario, seedsFrom } from "../../campaign/seed-jobs.ts";
import { runWorldJob, type WorldJob } from "../../campaign/world-job.ts";
import type { CampaignInput } from "./campaign-command.ts";
import { createCampaignProgress } from "./campaign-progress.ts";
import { DEFAULT_SEEDS } from "./defaults.ts";

/** Under the folder that the command is given in. */
export const CAMPAIGNS = "campaigns";

export type CampaignSettings = Pick<CampaignInput, "file" | "jobs" | "out">;

/** @throws CliError, ProblemsError */
export async function runSeeds(
  input: CampaignInput,
  scenario: SeededScenario,
  context: CliContext,
): Promise<CommandOutcome> {
  const { randomFaults } = input;
  // A mistake in the file is told before a folder is made.
  const plan = scenario.readPlan(scenario.text, input.file, input.firstSeed);
  const seeds = seedsFrom(plan.seed, input.seeds ?? DEFAULT_SEEDS);
  const folder = await openFolder(
    input,
    { kind: "seeds", randomFaults, scenarioHash: plan.scenarioHash },
    randomFaults ? `${plan.scenario}-random-faults` : plan.scenario,
    seeds.map(jobId),
    scenario,
    context,
  );
  const jobs = seeds.map((seed) =>
    randomFaults ? drawnJob(seed, scenario, folder.path) : plainJob(seed, scenario),
  );
  const startedNs = context.platform.clock.monotonicNs();
  const lines = await runInFolder(jobs, folder, input, scenario, context);
  const wallSeconds = Number(context.platform.clock.monotonicNs() - startedNs) / 1e9;
  return outcomeOf(lines, jobs.length, folder, plan.scenario, wallSeconds, context);
}

export const stillToDo = (runs: number): string =>
  `${runs} ${runs === 1 ? "run is" : "runs are"} still to be done: the same command goes on.\n`;

export function openFolder(
  { file, out }: CampaignSettings,
  what: Pick<CampaignIdentity, "kind" | "randomFaults" | "scenarioHash">,
  name: string,
  jobIds: readonly string[],
  { catalogue }: SeededScenario,
  { platform, cwd, version }: CliContext,
): Promise<CampaignFolder> {
  const identity: CampaignIdentity = {
    version: 1,
    scenarioFile: file,
    catalogueHash: hashOfNames(catalogue.keys()),
    helixVersion: version,
    ...what,
  };
  if (out !== undefined) return openCampaign(platform.disk, resolve(cwd, out), identity);
  return nextCampaign(platform.disk, join(cwd, CAMPAIGNS), name, identity, jobIds);
}

/** Runs what is still to be done, and closes the folder. */
export async function runInFolder(
  jobs: readonly WorldJob[],
  folder: CampaignFolder,
  settings: CampaignSettings,
  { readPlan }: SeededScenario,
  { platform, version, cwd, signal, err, terminal }: CliContext,
): Promise<JobLine[]> {
  const before = jobs.filter(({ id }) => folder.journal.lines.has(id)).length;
  const workers = Math.min(settings.jobs ?? os.availableParallelism(), jobs.length);
  err.write(
    `${jobs.length} runs, ${workers} at a time, in ${relative(cwd, folder.path)}${before === 0 ? "" : `; ${before} were done before`}\n`,
  );
  const { clock } = platform;
  const progress = createCampaignProgress({ total: jobs.length, before, clock, err, terminal });
  try {
    return await runJobs({
      jobs,
      journal: folder.journal,
      workers,
      run: (job) =>
        runWorldJob(job, { platform, helixVersion: version, folder: folder.path, cwd, readPlan, signal }),
      onDone: (line) => progress.done(line),
      signal,
    });
  } finally {
    progress.end();
    await folder.close();
  }
}

function outcomeOf(
  lines: readonly JobLine[],
  planned: number,
  folder: CampaignFolder,
  scenario: string,
  wallSeconds: number,
  { out, cwd }: CliContext,
): CommandOutcome {
  const summary = summarise(lines);
  const complete = lines.length === planned;
  out.write(`\n${campaignText(summary)}`);
  if (!complete) out.write(stillToDo(planned - lines.length));
  out.write(`  kept in ${relative(cwd, folder.path)}\n`);
  const exitCode: ExitCode = complete ? campaignExitCode(summary) : 1;
  const plantSeconds = lines.reduce((sum, line) => sum + line.plantSeconds, 0);
  return {
    exitCode,
    result: { scenario, complete, planned, ...summary, folder: folder.path, plantSeconds, wallSeconds },
  };
}
