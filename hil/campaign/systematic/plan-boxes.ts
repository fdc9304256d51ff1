/** Which run tests which box of the matrix: the calm scenario with one fault at one step. */
import { join } from "node:path";
import { canMeetDisconnect } from "../../faults/meets-disconnect.ts";
import type { Plan } from "../../scenario/plan.ts";
import type { DeclaredFault } from "../declared-fault.ts";
import { drawParameter } from "../draw-parameter.ts";
import { type Target, targetsOf } from "../fault-targets.ts";
import { DRAWN_ID } from "../leave-out-traceless.ts";
import { durationText, type Entry, type ScenarioData, scenarioYaml, timeText } from "../scenario-text.ts";
import type { SeededScenario } from "../seed-jobs.ts";
import { expectedTargets, isQuiet, type QuietTime, quietTimeOf } from "../spoken-of.ts";
import { commandsToMeet } from "../to-meet.ts";
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
/** Where it touches nothing, its run is done without it: the box is not tested then. */
const PLANTED = `${DRAWN_ID}planted`;

/** s in which an instrument streams again after it was cut off: a back-off that has come to 32 s, and an attempt. */
const BACK_WITHIN_S = 120;

const isCut = ({ target }: DeclaredFault) => target === "link" || target === "host";

export function planBoxes(planning: BoxPlanning): { boxes: PlannedBox[]; jobs: WorldJob[] } {
  const jobs = new Map<string, WorldJob>();
  const boxes: PlannedBox[] = [];
  for (const kind of planning.scenario.catalogue.values()) {
    const targets = targetsFor(kind, planning);
    for (const { step, atS, reason } of planning.steps) {
      const job =
        typeof targets === "string"
          ? targets
          : atS === undefined
            ? (reason ?? "the calm run did not come to it")
            : jobFor(kind, targets, atS, planning);
      const isJob = typeof job !== "string";
      if (isJob) jobs.set(job.id, job);
      boxes.push({
        step,
        inject: kind.name,
        jobId: isJob ? job.id : undefined,
        reason: isJob ? undefined : job,
      });
    }
  }
  return { boxes, jobs: [...jobs.values()] };
}

/** What the fault may be put on; why on nothing. */
function targetsFor(kind: DeclaredFault, { plan, instrument, scenario }: BoxPlanning): Target[] | string {
  if (!kind.rigs.includes("virtual")) return "rig virtual cannot inject it";
  const own = plan.instruments.filter(({ key }) => key === instrument);
  const targets = targetsOf(kind, own, scenario.parts);
  if (targets.length === 0) return `it cannot be shown over ${own[0]?.protocol}, or not by this simulator`;
  const spoken = expectedTargets(plan);
  const free = targets.filter(({ on }) => !spoken.has(on));
  return free.length > 0 ? free : "an expectation speaks of what it changes";
}

/** Why there is none, where the fault would not fit into the run or would touch nothing. */
function jobFor(
  kind: DeclaredFault,
  targets: readonly Target[],
  atS: number,
  planning: BoxPlanning,
): WorldJob | string {
  const { calm, plan, scenario, folder } = planning;
  const samplePeriodS = Math.max(...plan.instruments.map((instrument) => instrument.samplePeriodS));
  // What is in force at the end of the run, the runtime meets when it disconnects.
  const isDisconnect = atS >= plan.endS;
  if (isDisconnect && !canMeetDisconnect(kind))
    return "a fault of the runtime's computer is over before the runtime stops";
  // A link is at fault for the goodbye alone: noticed before, there would be none.
  const isGoodbye = isDisconnect && kind.target === "link";
  const lastsS = isGoodbye ? BEFORE_S : Math.max(LASTS_S, Math.ceil(SAMPLES_HIT * samplePeriodS));
  const beginS = Math.max(plan.beginS, isDisconnect ? plan.endS - lastsS : Math.floor(atS) - BEFORE_S);
  const endS = beginS + lastsS;
  if (endS > plan.endS) return "the run is too short for this fault there";
  const target = targets.find(({ on }) => {
    const commands = commandsToMeet(kind, on, plan);
    return commands?.some((command) => command.atS >= beginS && command.atS <= endS) !== false;
  });
  if (target === undefined)
    return "it shows only in a command: none is given while it lasts, but to what an expectation speaks of";
  const id = `${kind.name}-at-${beginS - plan.beginS}-s`;
  const name = `${calm.scenario}-${id}`;
  const random = scenario.randomOf(plan.seed).fork(`systematic:${kind.name}`);
  const parameters = Object.entries(kind.parameters).map(([key, parameter]) => [
    key,
    drawParameter(parameter, target.channel, random.fork(key)),
  ]);
  const fault = {
    id: PLANTED,
    at: timeText(beginS),
    for: durationText(lastsS),
    on: target.on,
    inject: kind.name,
    ...Object.fromEntries(parameters),
  };
  const expect = expectationsUnder(kind, { beginS, endS }, planning);
  const data: ScenarioData = { ...calm, scenario: name, seed: plan.seed, faults: [fault], expect };
  const head = ["One fault at one step of the I/O, planted by a systematic campaign."];
  if (calm.expect.some((entry) => !expect.includes(entry)))
    head.push("Without what the calm run expects of the status while the fault lasts.");
  return {
    id,
    seed: plan.seed,
    text: scenarioYaml(data, head),
    file: join(folder, DRAWN, `${name}.yaml`),
    isDrawn: true,
  };
}

/**
 * What the calm run keeps while a fault lasts, it cannot be asked for: a status that is expected then is
 * left out. What a cut is asked for instead is to be over when it is: the instrument streams again.
 */
function expectationsUnder(
  kind: DeclaredFault,
  { beginS, endS }: QuietTime,
  { calm, plan, instrument }: BoxPlanning,
): Entry[] {
  const kept = calm.expect.filter((_, index) => {
    const expectation = plan.expectations[index];
    const quiet = expectation && quietTimeOf(expectation, plan);
    return quiet === undefined || isQuiet([quiet], beginS, endS);
  });
  if (!isCut(kind) || endS + BACK_WITHIN_S > plan.endS) return kept;
  return [
    ...kept,
    { within: durationText(BACK_WITHIN_S), after: `${PLANTED}.end`, instrument, status: "Streaming" },
  ];
}
