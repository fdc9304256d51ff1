/**
 * From a scenario's words to a plan: names looked up, units converted, times settled.
 */
import type { Random } from "@helix/hal";
import type { ScenarioText } from "@helix/scenarios";
import type { Findings } from "./findings.ts";
import type { KnownParts } from "./known-parts.ts";
import type { Plan } from "./plan.ts";
import { planExpectations } from "./plan-expectations.ts";
import { planFaults } from "./plan-faults.ts";
import { planInstruments } from "./plan-instruments.ts";
import { planSchedule } from "./plan-schedule.ts";
import type { IndexInFile } from "./prune.ts";

/** What every part of the planning needs. */
export interface Planning {
  readonly findings: Findings;
  readonly parts: KnownParts;
  readonly seed: number;
  /** Times that the scenario leaves open; forked by label, so that a new one shifts no other. */
  readonly random: Random;
  /** The file's name without folder and suffix. */
  readonly fileName: string;
}

/** The run's span, s since inoculation. */
export interface Span {
  readonly beginS: number;
  readonly endS: number;
}

/** Undefined when a part could not be read; `findings` says why. */
export function planScenario(
  scenario: ScenarioText,
  indexInFile: IndexInFile,
  planning: Planning,
): Omit<Plan, "file" | "scenarioHash"> | undefined {
  const { findings } = planning;
  if (scenario.scenario !== planning.fileName) {
    findings.add(
      ["scenario"],
      `the scenario is called "${scenario.scenario}" and its file "${planning.fileName}"`,
      {
        expected: "the same name",
        suggestion: planning.fileName,
      },
    );
  }
  const span = planSpan(scenario, findings);
  const instruments = planInstruments(scenario, planning);
  const commands = planSchedule(scenario, indexInFile, instruments, span, planning);
  const { faults, armed } = planFaults(scenario, indexInFile, instruments, span, planning);
  const planned = { instruments, commands, faults, armed, span };
  const expectations = planExpectations(scenario, indexInFile, planned, planning);
  if (span === undefined) return undefined;
  return {
    scenario: scenario.scenario,
    title: scenario.title,
    covers: scenario.covers,
    seed: planning.seed,
    twin: scenario.plant.twin,
    ...span,
    instruments: [...instruments.values()].map((i) => i.planned),
    commands,
    faults,
    armed,
    expectations,
  };
}

function planSpan(scenario: ScenarioText, findings: Findings): Span | undefined {
  const beginS = findings.certainTime(["begin"], scenario.begin);
  const durationS = findings.duration(["duration"], scenario.duration);
  if (beginS === undefined || durationS === undefined) return undefined;
  if (beginS < 0) {
    return findings.add(["begin"], `the run begins before inoculation`, { expected: "0 h or later" });
  }
  return { beginS, endS: beginS + durationS };
}

/** "95 h": for messages. */
export const inHours = (s: number): string => `${Number((s / 3600).toFixed(4))} h`;
