/**
 * A scenario with every time as its seed draws it: tolerances gone, repeated commands one by one. It
 * runs as the scenario did, and each of its times can be changed alone.
 */
import type { Plan } from "../scenario/plan.ts";
import { durationText, type Entry, type ScenarioData, timeText } from "./scenario-text.ts";

export function settleTimes(data: ScenarioData, plan: Plan): ScenarioData {
  return {
    ...data,
    seed: plan.seed,
    begin: timeText(plan.beginS),
    duration: durationText(plan.endS - plan.beginS),
    schedule: (data.schedule ?? []).flatMap((entry, i) => settleCommand(entry, i, plan)),
    faults: (data.faults ?? []).map((entry) => settleFault(entry, plan)),
  };
}

/** Ramps and recipes stay whole. */
function settleCommand(entry: Entry, index: number, plan: Plan): Entry[] {
  if (!("command" in entry)) return [entry];
  const id = typeof entry["id"] === "string" ? entry["id"] : `schedule.${index + 1}`;
  const { every: _every, from: _from, until: _until, ...kept } = entry;
  return plan.commands
    .filter((command) => command.id === id || command.id.startsWith(`${id}.`))
    .map(({ atS }) => ({ ...kept, at: timeText(atS) }));
}

/** One that waits for its condition stays as it is. */
function settleFault(entry: Entry, plan: Plan): Entry {
  const fault = plan.faults.find(({ id }) => id === entry["id"]);
  if (!fault) return entry;
  return { ...entry, at: timeText(fault.beginS), for: durationText(fault.endS - fault.beginS) };
}
