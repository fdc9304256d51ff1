/** The plan of a scenario file that a person has named. */
import { basename, dirname, isAbsolute, join, relative, resolve } from "node:path";
import { type CliContext, CliError } from "@helix/cli";
import { nearest } from "@helix/config";
import { knownParts } from "../parts.ts";
import type { Plan } from "../scenario/plan.ts";
import { readScenario, SCENARIO_SUFFIX } from "../scenario/read-scenario.ts";

/** @throws CliError when there is no such file; ProblemsError for what is wrong in it */
export async function readPlan(file: string, seed: number | undefined, context: CliContext): Promise<Plan> {
  return readScenario(await readScenarioFile(file, context), file, await knownParts(), seed);
}

async function readScenarioFile(file: string, { platform: { disk }, cwd }: CliContext): Promise<string> {
  const path = resolve(cwd, file);
  const found = await disk.stat(path);
  if (found?.kind === "file") return new TextDecoder().decode(await disk.readFile(path));
  const folder = dirname(path);
  const names = (await disk.stat(folder))?.kind === "folder" ? await disk.list(folder) : [];
  const scenarios = names.filter((name) => name.endsWith(SCENARIO_SUFFIX));
  const meant = nearest(basename(path), scenarios);
  throw new CliError(`there is no scenario ${file}`, {
    advice:
      meant === undefined
        ? "Name a scenario's YAML file, such as scenarios/calm.yaml."
        : `Did you mean ${isAbsolute(file) ? join(folder, meant) : relative(cwd, join(folder, meant))}?`,
  });
}
