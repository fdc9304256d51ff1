/** What `helix campaign` does, by its options. */
import { resolve } from "node:path";
import { type CliContext, CliError, type CommandOutcome } from "@helix/cli";
import { createSeededRandom } from "@helix/platform";
import type { SeededScenario } from "../../campaign/seed-jobs.ts";
import { FAULT_CATALOGUE } from "../../faults/catalogue.ts";
import { knownParts } from "../../parts.ts";
import { readScenario } from "../../scenario/read-scenario.ts";
import { readScenarioFile } from "../read-plan.ts";
import { runSeeds } from "./run-seeds.ts";
import { runSystematically } from "./run-systematic.ts";
import { shrinkSeed } from "./shrink-seed.ts";

export interface CampaignInput {
  /** As the person gave it. */
  readonly file: string;
  readonly seeds: number | undefined;
  readonly firstSeed: number | undefined;
  readonly randomFaults: boolean;
  readonly jobs: number | undefined;
  readonly out: string | undefined;
  readonly shrink: boolean;
  readonly seed: number | undefined;
  readonly shrinkRuns: number | undefined;
  readonly systematic: boolean;
}

/** @throws CliError, ProblemsError */
export async function campaign(input: CampaignInput, context: CliContext): Promise<CommandOutcome> {
  refuseContradictions(input);
  const scenario = await seededScenario(input.file, context);
  if (input.shrink) return shrinkSeed(input, scenario, context);
  if (input.systematic) return runSystematically(input, scenario, context);
  return runSeeds(input, scenario, context);
}

/** An option that would be passed over in silence is a misunderstanding. */
function refuseContradictions(input: CampaignInput): void {
  const { shrink, systematic, seed, randomFaults } = input;
  if (shrink && systematic) {
    throw new CliError("--shrink and --systematic are two different things", { advice: "Give one of them." });
  }
  if (systematic && randomFaults) {
    throw new CliError("--systematic draws no faults", { advice: "Leave --random-faults out." });
  }
  if (seed !== undefined && !shrink && !systematic) {
    throw new CliError("--seed is for --shrink and --systematic", {
      advice: "A campaign takes --first-seed and --seeds.",
    });
  }
  if ((shrink || systematic) && (input.seeds !== undefined || input.firstSeed !== undefined)) {
    throw new CliError(`--${shrink ? "shrink" : "systematic"} takes one seed, not --seeds or --first-seed`, {
      advice: "Name it with --seed, or leave it out for the scenario's own.",
    });
  }
  if (!shrink && input.shrinkRuns !== undefined) {
    throw new CliError("--shrink-runs is for --shrink", { advice: "Leave it out, or give --shrink." });
  }
}

async function seededScenario(given: string, context: CliContext): Promise<SeededScenario> {
  const text = await readScenarioFile(given, context);
  const parts = await knownParts();
  return {
    text,
    file: resolve(context.cwd, given),
    parts,
    readPlan: (source, file, seed) => readScenario(source, file, parts, seed),
    catalogue: FAULT_CATALOGUE,
    randomOf: createSeededRandom,
  };
}
