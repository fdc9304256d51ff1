/** Which run tests which box of the matrix: the calm scenario with one fault at one step. */
import { join } from "node:path";
import type { Plan } from "../../scenario/plan.ts";
import type { DeclaredFault } from "../declared-fault.ts";
import { drawParameter } from "../draw-parameter.ts";
import { type Target, targetsOf } from "../fault-targets.ts";
import { durationText, type ScenarioData, scenarioYaml, timeText } from "../scenario-text.ts";
import type { SeededScenario } from "../seed-jobs.ts";
import { expectedTargets } from "../spoken-of.ts";
import { DRAWN, type WorldJob } from "../world-job.ts";
import type { StepTime } from "./io-steps.ts";
import type { PlannedBox } from "./matrix.ts";

export interface BoxPlanning {
  /** Without faults, as it ran. */
  readonly calm: ScenarioData;
  readonly plan: Plan;
  /** Key of the instrument. */
  readonly instrument: string;
  readonly steps: readonly StepTime[];
  readonly scenario: SeededScenario;
  /** The campaign's. */
  readonly folder: string;
}

/** s that a fault begins before the step, and lasts. */
const BEFORE_S = 1;
const LASTS_S = 20;
const SAMPLES_HIT = 3;

export function planBoxes(planning: BoxPlanning): { boxes: PlannedBox[]; jobs: WorldJob[] } {
  const jobs = new Map<string, WorldJob>();
  const boxes: PlannedBox[] = [];
  for (const kind of planning.scenario.catalogue.values()) {
    const target = targetFor(kind, planning);
    for (const { step, atS, reason } of planning.steps) {
      const untestable = typeof target === "string" ? target : reason;
      const job =
        typeof target === "string" || atS === undefined ? undefined : jobFor(kind, target, atS, planning);
      if (job) jobs.set(job.id, job);
      const why = job ? undefined : (untestable ?? "the run is too short for this fault there");
      boxes.push({ step, inject: kind.name, jobId: job?.id, reason: why });
    }
  }
  return { boxes, jobs: [...jobs.values()] };
}

/** What the fault is put on; why on nothing. */
function targetFor(kind: DeclaredFault, { plan, instrument, scenario }: BoxPlanning): Target | string {
  if (!kind.rigs.includes("virtual")) return `rig virtual cannot inject ${kind.name}`;
  const own = plan.instruments.filter(({ key }) => key === instrument);
  const targets = targetsOf(kind, own, scenario.parts);
  if (targets.length === 0) return `${kind.name} cannot be shown over ${own[0]?.protocol}`;
  const spoken = expectedTargets(plan);
  const free = targets.find(({ on }) => !spoken.has(on));
  return free ?? `an expectation speaks of what ${kind.name} changes`;
}

/** Undefined where the fault would not fit into the run. */
function jobFor(
  kind: DeclaredFault,
  target: Target,
  atS: number,
  { calm, plan, scenario, folder }: BoxPlanning,
): WorldJob | undefined {
  const samplePeriodS = Math.max(...plan.instruments.map((instrument) => instrument.samplePeriodS));
  const lastsS = Math.max(LASTS_S, Math.ceil(SAMPLES_HIT * samplePeriodS));
  const beginS = Math.max(plan.beginS, Math.floor(atS) - BEFORE_S);
  if (beginS + lastsS > plan.endS) return undefined;
  const id = `${kind.name}-at-${beginS - plan.beginS}-s`;
  const name = `${calm.scenario}-${id}`;
  const random = scenario.randomOf(plan.seed).fork(`systematic:${kind.name}`);
  const parameters = Object.entries(kind.parameters).map(([key, parameter]) => [
    key,
    drawParameter(parameter, target.channel, random.fork(key)),
  ]);
  const fault = {
    id: "planted",
    at: timeText(beginS),
    for: durationText(lastsS),
    on: target.on,
    inject: kind.name,
    ...Object.fromEntries(parameters),
  };
  const data: ScenarioData = { ...calm, scenario: name, seed: plan.seed, faults: [fault] };
  const head = [`One fault at one step of the I/O, planted by a systematic campaign.`];
  return {
    id,
    seed: plan.seed,
    text: scenarioYaml(data, head),
    file: join(folder, DRAWN, `${name}.yaml`),
    isDrawn: true,
  };
}
