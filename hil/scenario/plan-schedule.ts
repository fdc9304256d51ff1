/** The schedule of a scenario: each command with its time, channel and value in the channel's unit. */
import type { ScenarioText, ScheduleText } from "@helix/scenarios";
import type { PlannedCommand } from "./plan.ts";
import { findChannel, type KnownInstruments } from "./plan-instruments.ts";
import { inHours, type Planning, type Span } from "./plan-scenario.ts";
import type { IndexInFile } from "./prune.ts";
import { drawSeconds, nominalSeconds, toleranceSeconds } from "./time-expression.ts";

/** A schedule that repeats more often is a slip of the pen (`every: 1 s` for `1 h`). */
const MOST_REPETITIONS = 10_000;

export function planSchedule(
  scenario: ScenarioText,
  indexInFile: IndexInFile,
  instruments: KnownInstruments,
  span: Span | undefined,
  planning: Planning,
): PlannedCommand[] {
  const commands: PlannedCommand[] = [];
  const seen = new Map<string, string>();
  for (const [i, entry] of scenario.schedule.entries()) {
    const path = ["schedule", indexInFile("schedule", i)];
    const id = `schedule.${indexInFile("schedule", i) + 1}`;
    const times = commandTimes(path, id, entry, span, planning);
    const command = planCommand(path, entry, instruments, planning);
    if (!command) continue;
    for (const [n, atS] of times.entries()) {
      const place = `${command.instrument}.${command.channel}@${atS}`;
      const other = seen.get(place);
      if (other !== undefined && other !== id) {
        planning.findings.add(
          path,
          `${command.instrument}.${command.channel} is set twice at ${inHours(atS)}`,
          {
            expected: "one command at a time for a channel",
          },
        );
      }
      seen.set(place, id);
      commands.push({ id: times.length === 1 ? id : `${id}.${n + 1}`, atS, ...command });
    }
  }
  return commands.sort((a, b) => a.atS - b.atS);
}

function planCommand(
  path: readonly (string | number)[],
  { command }: ScheduleText,
  instruments: KnownInstruments,
  planning: Planning,
): Omit<PlannedCommand, "id" | "atS"> | undefined {
  const { findings } = planning;
  if (command.rationale.trim() === "") {
    findings.add([...path, "command", "rationale"], "the rationale is empty", {
      expected: "why the command is given; it goes into the ledger",
    });
  }
  const target = findChannel([...path, "command", "set"], command.set, instruments, planning);
  if (!target) {
    findings.quantity([...path, "command", "to"], command.to);
    return undefined;
  }
  const { instrument, channel } = target;
  if (!channel.isWritable) {
    const writable = [...(instruments.get(instrument)?.channels?.values() ?? [])].filter((c) => c.isWritable);
    findings.add([...path, "command", "set"], `${channel.name} of ${instrument} takes no setpoint`, {
      expected: `one of: ${writable.map((c) => c.name).join(", ")}`,
    });
  }
  const value = findings.quantityIn([...path, "command", "to"], command.to, channel.unit);
  if (value === undefined) return undefined;
  return {
    instrument,
    channel: channel.name,
    value,
    unit: channel.unit,
    rationale: command.rationale,
    description: `set ${channel.name} to ${command.to}`,
  };
}

function commandTimes(
  path: readonly (string | number)[],
  id: string,
  entry: ScheduleText,
  span: Span | undefined,
  { findings, random }: Planning,
): number[] {
  if ("at" in entry) {
    const time = findings.time([...path, "at"], entry.at);
    if (!time || !span) return [];
    const earliest = nominalSeconds(time) - toleranceSeconds(time);
    const latest = nominalSeconds(time) + toleranceSeconds(time);
    if (earliest < span.beginS || latest >= span.endS) {
      findings.add([...path, "at"], `\`${entry.at}\` is outside the run`, { expected: withinRun(span) });
    }
    return [drawSeconds(time, random.fork(id))];
  }
  const everyS = findings.duration([...path, "every"], entry.every);
  const fromS = findings.certainTime([...path, "from"], entry.from);
  const untilS =
    entry.until === undefined ? span?.endS : findings.certainTime([...path, "until"], entry.until);
  if (everyS === undefined || fromS === undefined || untilS === undefined || !span) return [];
  if (fromS < span.beginS || fromS >= span.endS) {
    findings.add([...path, "from"], `\`${entry.from}\` is outside the run`, { expected: withinRun(span) });
  }
  if (untilS > span.endS || untilS < fromS) {
    findings.add([...path, "until"], `\`${entry.until}\` is outside the run`, {
      expected: `a time from ${inHours(fromS)} to ${inHours(span.endS)}`,
    });
  }
  const count = Math.ceil((Math.min(untilS, span.endS) - fromS) / everyS);
  if (count > MOST_REPETITIONS) {
    findings.add([...path, "every"], `\`${entry.every}\` gives ${count} commands`, {
      expected: `at most ${MOST_REPETITIONS}`,
    });
    return [];
  }
  return Array.from({ length: Math.max(0, count) }, (_, n) => fromS + n * everyS);
}

/** "a time from 95 h to 107 h" */
export const withinRun = (span: Span): string =>
  `a time from ${inHours(span.beginS)} to ${inHours(span.endS)}`;
