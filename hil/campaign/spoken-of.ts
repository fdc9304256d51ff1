/** What the expectations of a scenario speak of, and a drawn fault must therefore leave alone. */
import type { Plan, PlannedExpectation, PlannedValue } from "../scenario/plan.ts";

export interface QuietTime {
  readonly beginS: number;
  readonly endS: number;
}

/** s before the event from which a status is expected: what broke the link then would be seen after it. */
const BEFORE_EVENT_S = 30;

/** Targets, as a scenario writes them after `on:`. */
export function expectedTargets({ expectations, instruments }: Plan): ReadonlySet<string> {
  const targets = new Set<string>();
  for (const value of expectations.flatMap(valuesOf)) {
    if (value.of === "channel") targets.add(`${value.instrument}.${value.channel}`);
    // What the twin truly does is one plant's, whichever instrument the fault is put on.
    for (const { key } of instruments) targets.add(`${key}.plant`);
  }
  return targets;
}

/** Times in which an instrument is expected to come (back) to a status. */
export const quietTimes = (plan: Plan): QuietTime[] =>
  plan.expectations.flatMap((expectation) => quietTimeOf(expectation, plan) ?? []);

/** Undefined for an expectation of no status. */
export function quietTimeOf(expectation: PlannedExpectation, plan: Plan): QuietTime | undefined {
  if (expectation.kind !== "status" && expectation.kind !== "reach") {
    if (!("claim" in expectation) || expectation.claim.of !== "status") return undefined;
    return { beginS: expectation.fromS - BEFORE_EVENT_S, endS: expectation.untilS };
  }
  const atS = momentS(expectation.after, plan);
  // Of an event without a fixed time: the whole run.
  if (atS === undefined) return { beginS: plan.beginS, endS: plan.endS };
  return { beginS: atS - BEFORE_EVENT_S, endS: atS + expectation.withinS };
}

export const isQuiet = (quiet: readonly QuietTime[], beginS: number, endS: number): boolean =>
  quiet.every((time) => endS <= time.beginS || beginS >= time.endS);

function valuesOf(expectation: PlannedExpectation): PlannedValue[] {
  switch (expectation.kind) {
    case "channel": {
      const { instrument, channel, unit } = expectation;
      return [{ of: "channel", instrument, channel, unit }];
    }
    case "state":
      return [{ of: "state", state: expectation.state, unit: expectation.unit }];
    case "throughout":
    case "never":
    case "eventually":
    case "reach":
      return expectation.claim.of === "band" ? [expectation.claim.value] : [];
    default:
      return [];
  }
}

/** s; undefined for what has no planned time. */
function momentS(text: string, plan: Plan): number | undefined {
  if (text === "begin") return plan.beginS;
  const dot = text.lastIndexOf(".");
  const id = text.slice(0, dot);
  const fault = plan.faults.find((candidate) => candidate.id === id);
  if (fault) return text.slice(dot + 1) === "begin" ? fault.beginS : fault.endS;
  return plan.commands.find((command) => command.id === id)?.atS;
}
