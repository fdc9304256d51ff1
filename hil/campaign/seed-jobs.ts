/** The jobs of a campaign over seeds: the scenario as it is, or with faults that each seed draws. */
import { join } from "node:path";
import type { Random } from "@helix/hal";
import type { KnownParts } from "../scenario/known-parts.ts";
import type { DeclaredFault } from "./declared-fault.ts";
import { drawFaults } from "./draw-faults.ts";
import { type ReadPlan, type ScenarioData, scenarioData, scenarioYaml } from "./scenario-text.ts";
import { DRAWN, type WorldJob } from "./world-job.ts";

export interface SeededScenario {
  readonly text: string;
  /** Path of the scenario file. */
  readonly file: string;
  readonly parts: KnownParts;
  readonly readPlan: ReadPlan;
  readonly catalogue: ReadonlyMap<string, DeclaredFault>;
  readonly randomOf: (seed: number) => Random;
}

export const seedsFrom = (first: number, count: number): number[] =>
  Array.from({ length: count }, (_, n) => first + n);

export const jobId = (seed: number): string => `seed-${seed}`;

export const plainJob = (seed: number, { text, file }: SeededScenario): WorldJob => ({
  id: jobId(seed),
  seed,
  text,
  file,
  isDrawn: false,
});

/** @param folder the campaign's */
export function drawnJob(seed: number, scenario: SeededScenario, folder: string): WorldJob {
  const data = drawnScenario(seed, scenario);
  const file = join(folder, DRAWN, `${data.scenario}.yaml`);
  return { id: jobId(seed), seed, text: scenarioYaml(data, drawnHead(seed)), file, isDrawn: true };
}

/** The scenario with a swarm of faults beside its own. @throws ProblemsError */
export function drawnScenario(seed: number, scenario: SeededScenario): ScenarioData {
  const { text, file, parts, catalogue, readPlan, randomOf } = scenario;
  const plan = readPlan(text, file, seed);
  const data = scenarioData(text);
  const swarm = drawFaults({ plan, parts, catalogue, random: randomOf(seed).fork("campaign") });
  return {
    ...data,
    scenario: `${data.scenario}-seed-${seed}`,
    seed,
    faults: [...(data.faults ?? []), ...swarm],
  };
}

const drawnHead = (seed: number) => [`Faults "swarm-..." were drawn by a campaign from seed ${seed}.`];
