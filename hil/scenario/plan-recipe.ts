/**
 * A recipe: named phases (ISA-88), one after the other. Each sets its setpoints when it begins and
 * then takes its time; what it sets holds until a later phase sets it anew.
 */
import type { RecipeText } from "@helix/scenarios";
import type { PlannedCommand } from "./plan.ts";
import { checkRationale, type Path, planSetpoint } from "./plan-commands.ts";
import type { KnownInstruments } from "./plan-instruments.ts";
import { inHours, type Planning, type Span } from "./plan-scenario.ts";
import { onceAt } from "./plan-times.ts";

export function planRecipe(
  path: Path,
  id: string,
  entry: RecipeText,
  instruments: KnownInstruments,
  span: Span | undefined,
  planning: Planning,
): PlannedCommand[] {
  const { findings } = planning;
  checkRationale([...path, "rationale"], entry.rationale, planning);
  const instrument = findings.oneOf([...path, "on"], "instrument", entry.on, instruments.keys());
  const atS = onceAt(path, id, entry, span, planning);
  if (entry.phases.length === 0) {
    findings.add([...path, "phases"], "the recipe has no phase", { expected: "at least one" });
  }
  const commands: PlannedCommand[] = [];
  const names = new Set<string>();
  let phaseS = atS ?? 0;
  for (const [i, phase] of entry.phases.entries()) {
    const place = [...path, "phases", i];
    if (names.has(phase.phase)) {
      findings.add([...place, "phase"], `phase "${phase.phase}" is there twice`, {
        expected: "a name of its own",
      });
    }
    names.add(phase.phase);
    const settings = Object.entries(phase.set);
    if (settings.length === 0) {
      findings.add([...place, "set"], `phase "${phase.phase}" sets nothing`, {
        expected: "at least one setpoint",
      });
    }
    const forS = findings.duration([...place, "for"], phase.for);
    for (const [channel, to] of settings) {
      const where = [...place, "set", channel];
      const why = `${entry.rationale} (recipe ${entry.recipe}, phase ${phase.phase})`;
      const command =
        instrument === undefined
          ? undefined
          : planSetpoint(where, `${instrument}.${channel}`, where, to, why, instruments, planning);
      if (command) commands.push({ ...command, id: `${id}.${commands.length + 1}`, atS: phaseS });
    }
    phaseS += forS ?? 0;
  }
  if (span && atS !== undefined && phaseS > span.endS) {
    findings.add([...path, "phases"], "the recipe lasts longer than the run", {
      expected: `phases that end by ${inHours(span.endS)}, not ${inHours(phaseS)}`,
    });
  }
  return commands;
}
