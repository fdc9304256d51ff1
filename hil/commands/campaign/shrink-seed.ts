/** `--shrink`: from a seed, or a scenario file that fails with its own, to the smallest that fails alike. */
import os from "node:os";
import { join, relative, resolve } from "node:path";
import { type CliContext, type CommandOutcome, EXIT } from "@helix/cli";
import { scenarioData } from "../../campaign/scenario-text.ts";
import { drawnScenario, type SeededScenario } from "../../campaign/seed-jobs.ts";
import { shrinkScenario } from "../../campaign/shrink-scenario.ts";
import type { CampaignInput } from "./campaign-command.ts";
import { DEFAULT_SHRINK_RUNS } from "./defaults.ts";
import { CAMPAIGNS } from "./run-seeds.ts";

const SHRUNK = "shrunk";

/** @throws CliError when nothing fails, ProblemsError */
export async function shrinkSeed(
  input: CampaignInput,
  scenario: SeededScenario,
  context: CliContext,
): Promise<CommandOutcome> {
  const { platform, version, cwd, signal, err, out } = context;
  const data = scenarioData(scenario.text);
  const seed = input.seed ?? data.seed;
  // A mistake in the file is told with its own lines, before anything is changed in it.
  scenario.readPlan(scenario.text, input.file, seed);
  const shrunk = await shrinkScenario({
    data: input.randomFaults ? drawnScenario(seed, scenario) : data,
    seed,
    foundBy: `helix campaign ${input.file}${input.randomFaults ? " --random-faults" : ""} --shrink --seed ${seed}`,
    folder: resolve(cwd, input.out ?? join(CAMPAIGNS, SHRUNK)),
    mostRuns: input.shrinkRuns ?? DEFAULT_SHRINK_RUNS,
    jobs: input.jobs ?? os.availableParallelism(),
    platform,
    helixVersion: version,
    cwd,
    readPlan: scenario.readPlan,
    signal,
    say: (text) => err.write(`  ${text}\n`),
  });
  out.write(
    `\n${shrunk.cause}\n  ${relative(cwd, shrunk.file)}, after ${shrunk.runs} runs\n  ${shrunk.replay}\n`,
  );
  return { exitCode: EXIT.pass, result: { seed, ...shrunk } };
}
