/** The schedule of a scenario: each command with its time and its name. */
import type { ScenarioText, ScheduleText } from "@helix/scenarios";
import type { PlannedCommand } from "./plan.ts";
import { type Path, planCommand } from "./plan-commands.ts";
import type { KnownInstruments } from "./plan-instruments.ts";
import { planRamp } from "./plan-ramp.ts";
import { planRecipe } from "./plan-recipe.ts";
import { inHours, type Planning, type Span } from "./plan-scenario.ts";
import { againAndAgain, onceAt } from "./plan-times.ts";
import type { IndexInFile } from "./prune.ts";

/** How an entry without a name of its own is called. */
const BY_PLACE = /^schedule\b/;
const COMMAND_ID = /^[a-z][a-z0-9-]*$/;

/** In order of time. */
export function planSchedule(
  scenario: ScenarioText,
  indexInFile: IndexInFile,
  instruments: KnownInstruments,
  span: Span | undefined,
  planning: Planning,
): PlannedCommand[] {
  const commands: PlannedCommand[] = [];
  const names = new Set<string>();
  const seen = new Map<string, string>();
  for (const [i, entry] of scenario.schedule.entries()) {
    const index = indexInFile("schedule", i);
    const path = ["schedule", index];
    const own = nameOf(path, entry, names, planning);
    for (const command of planEntry(
      path,
      own ?? `schedule.${index + 1}`,
      entry,
      instruments,
      span,
      planning,
    )) {
      checkAlone(path, command, `${index}`, seen, planning);
      commands.push(command);
    }
  }
  return commands.sort((a, b) => a.atS - b.atS);
}

function planEntry(
  path: Path,
  id: string,
  entry: ScheduleText,
  instruments: KnownInstruments,
  span: Span | undefined,
  planning: Planning,
): PlannedCommand[] {
  if ("recipe" in entry) return planRecipe(path, id, entry, instruments, span, planning);
  if ("ramp" in entry) return planRamp(path, id, entry, instruments, span, planning);
  const repeats = "every" in entry;
  const once = repeats ? undefined : onceAt(path, id, entry, span, planning);
  const times = repeats ? againAndAgain(path, entry, span, planning) : once === undefined ? [] : [once];
  const command = planCommand([...path, "command"], entry.command, instruments, planning);
  if (!command) return [];
  return times.map((atS, n) => ({ ...command, id: times.length === 1 ? id : `${id}.${n + 1}`, atS }));
}

/** The name that the scenario gives the entry. */
function nameOf(path: Path, entry: ScheduleText, names: Set<string>, { findings }: Planning) {
  const id = "id" in entry ? entry.id : undefined;
  if (id === undefined) return undefined;
  if (!COMMAND_ID.test(id) || BY_PLACE.test(id)) {
    findings.add([...path, "id"], `"${id}" cannot name a command`, {
      expected: "lower-case letters, digits and hyphens, not schedule",
    });
  }
  if (names.has(id)) {
    findings.add([...path, "id"], `command id "${id}" is used twice`, { expected: "an id of its own" });
  }
  names.add(id);
  return id;
}

/** Of two setpoints for one channel at one moment, nobody could say which holds. */
function checkAlone(
  path: Path,
  command: PlannedCommand,
  entry: string,
  seen: Map<string, string>,
  { findings }: Planning,
): void {
  if (command.kind !== "setpoint") return;
  const target = `${command.instrument}.${command.channel}`;
  const place = `${target}@${command.atS}`;
  const other = seen.get(place);
  if (other !== undefined && other !== entry) {
    findings.add(path, `${target} is set twice at ${inHours(command.atS)}`, {
      expected: "one command at a time for a channel",
    });
  }
  seen.set(place, entry);
}
