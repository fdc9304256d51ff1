/**
 * The values that a scenario may speak of: what a channel reads, and what is true of the twin's
 * culture and of the vessel that it is in.
 */
import type { PlannedValue } from "./plan.ts";
import type { Path } from "./plan-commands.ts";
import { findChannel, type KnownInstruments } from "./plan-instruments.ts";
import type { Planning } from "./plan-scenario.ts";

/** Stands for the twin, before the dot. */
export const TWIN = "twin";

/** Reports what is wrong with `text` otherwise. */
export function planValue(
  path: Path,
  text: string,
  twin: string,
  instruments: KnownInstruments,
  planning: Planning,
): PlannedValue | undefined {
  if (text.startsWith(`${TWIN}.`)) return planState(path, text, twin, instruments, planning);
  const target = findChannel(path, text, instruments, planning);
  if (!target) return undefined;
  const { name, unit } = target.channel;
  return { of: "channel", instrument: target.instrument, channel: name, unit };
}

/** `twin.glucose`; where the first instrument's simulator tells of its vessel, `twin.dissolved_oxygen` too. */
export function planState(
  path: Path,
  text: string,
  twin: string,
  instruments: KnownInstruments,
  { findings, parts }: Planning,
): PlannedValue | undefined {
  const culture = parts.twins.get(twin)?.states;
  if (!culture) return undefined;
  // One simulator tells the truth: the first, since they all integrate the same twin.
  const [first] = instruments.values();
  const vessel = first && parts.simulators.get(first.planned.simulator)?.vessel;
  const states = new Map([...culture, ...Object.entries(vessel ?? {})]);
  const known = [...states.keys()].map((name) => `${TWIN}.${name}`);
  if (findings.oneOf(path, "twin state", text, known) === undefined) return undefined;
  const state = text.slice(TWIN.length + 1);
  return { of: "state", state, unit: states.get(state) as string };
}

/** "brx-07.ph", "twin.glucose" */
export const valueText = (value: PlannedValue): string =>
  value.of === "state" ? `${TWIN}.${value.state}` : `${value.instrument}.${value.channel}`;
