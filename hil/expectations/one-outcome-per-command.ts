/**
 * A command is sent once and its fate is known: one intent and one outcome in the ledger for each
 * scheduled command, none besides, and an unknown outcome settled by reading the setpoint back, in
 * agreement with the setpoints that the instrument reports afterwards. A command that could not be
 * given, because the runtime was dead or its ledger took no intent, has no record at all.
 */
import type { CommandLine } from "@helix/run-record";
import type { PlannedCommand, PlannedSetpoint } from "../scenario/plan.ts";
import {
  type AuditRecord,
  batchAge,
  type Finding,
  firstFew,
  linesOf,
  met,
  notMet,
  type RunFacts,
  undecided,
  unjudgeable,
} from "./finding.ts";

const EXPECTED =
  "each scheduled command has one intent and one outcome in the ledger; an unknown outcome was settled by reading back";

export function judgeCommands(facts: RunFacts): Finding {
  const planned = facts.plan.commands.filter(({ kind }) => kind !== "calibration");
  if (planned.length === 0) return unjudgeable("test", EXPECTED, "the scenario schedules no command");
  const { audit } = facts;
  if (!audit) return undecided("bench", EXPECTED, "the ledger could not be read");

  const lines = linesOf(facts, "command");
  // What a run that was cut short did not come to is no fault of the driver.
  const sent = new Set(facts.scheduled.values());
  const refused = linesOf(facts, "unsent").filter(({ scheduled }) => !sent.has(scheduled));
  const unsent = new Set(refused.map(({ scheduled }) => scheduled));
  const given = planned.filter(({ id }) => !unsent.has(id));
  const due = given.filter((command) => facts.complete || sentFor(command, lines, facts).length > 0);
  const wrong = due.flatMap((command) => troubleWith(command, sentFor(command, lines, facts), audit, facts));
  const strangers = lines.filter((line) => !facts.scheduled.has(line.id));
  wrong.push(...strangers.map((line) => `command ${line.id} was not scheduled: ${line.description}`));
  wrong.push(...unscheduledIntents(lines, audit));

  const outcomes = lines.map(outcomeText);
  const notGiven = unsent.size === 0 ? "" : `, ${unsent.size} could not be given`;
  const actual = `${lines.length} of ${planned.length} commands${notGiven}: ${outcomes.join("; ") || "none"}`;
  if (wrong.length > 0) return notMet("driver", EXPECTED, actual, firstFew(wrong));
  if (!facts.complete) return undecided("test", EXPECTED, `${actual}, but the run was cut short`);
  return met(
    EXPECTED,
    actual,
    lines.map(
      (line) =>
        `${facts.scheduled.get(line.id)}: ledger records ${line.intentLedgerSequence} and ${line.outcomeLedgerSequence}`,
    ),
  );
}

const sentFor = (command: PlannedCommand, lines: readonly CommandLine[], facts: RunFacts) =>
  lines.filter((line) => facts.scheduled.get(line.id) === command.id);

function troubleWith(
  command: PlannedCommand,
  sent: readonly CommandLine[],
  audit: readonly AuditRecord[],
  facts: RunFacts,
): string[] {
  if (sent.length === 0) return [`${command.id} (${command.description}) was not sent`];
  if (sent.length > 1) return [`${command.id} (${command.description}) was sent ${sent.length} times`];
  const line = sent[0] as CommandLine;
  const records = audit.filter((record) => record.commandId === line.id);
  const count = (event: string) => records.filter((record) => record.event === event).length;
  const trouble: string[] = [];
  for (const event of ["COMMAND_INTENT", "COMMAND_OUTCOME"]) {
    if (count(event) !== 1) trouble.push(`${command.id}: ${count(event)} records ${event}, not 1`);
  }
  const recorded = records.find((record) => record.event === "COMMAND_OUTCOME")?.outcome;
  if (recorded !== undefined && recorded !== line.outcome) {
    trouble.push(`${command.id}: reported ${line.outcome}, recorded ${recorded}`);
  }
  // In a run that was cut short there may have been no time to read back. Only a setpoint can be.
  const isSettled = line.resolved !== undefined && count("COMMAND_RESOLVED") === 1;
  const isForAPerson = command.kind !== "setpoint" && records.some(({ event }) => event === "DEVIATION");
  if (line.outcome === "unknown" && facts.complete && !isSettled && !isForAPerson) {
    trouble.push(`${command.id}: the outcome is unknown and was not settled`);
  }
  if (command.kind === "setpoint") trouble.push(...settledWrongly(command, line, facts));
  return trouble;
}

/** Of the value: setpoints travel as f32. */
const SETPOINT_TOLERANCE = 1e-5;

/** What was read back must agree with the setpoints that the instrument reports from then on. */
function settledWrongly(command: PlannedSetpoint, line: CommandLine, facts: RunFacts): string[] {
  const { resolved } = line;
  if (!resolved) return [];
  const holds = (setpoint: number | null) =>
    setpoint !== null && Math.abs(setpoint - command.value) <= SETPOINT_TOLERANCE * Math.abs(command.value);
  const samples = linesOf(facts, "sample").filter(
    (sample) => sample.instrument === command.instrument && sample.channel === command.channel,
  );
  const before = samples.findLast((sample) => sample.t < line.t);
  // Set to what it was already: the setpoint cannot tell.
  if (before && holds(before.setpoint)) return [];
  const next = facts.plan.commands.find(
    (other) =>
      other.kind === "setpoint" &&
      other.atS > command.atS &&
      other.instrument === command.instrument &&
      other.channel === command.channel,
  );
  const contradiction = samples.find(
    (sample) =>
      sample.t > resolved.t &&
      sample.t < (next?.atS ?? Infinity) &&
      holds(sample.setpoint) !== resolved.executed,
  );
  if (!contradiction) return [];
  const said = resolved.executed ? "executed" : "not executed";
  return [
    `${command.id}: read back as ${said}, yet the setpoint is ${contradiction.setpoint} ${command.unit} at ${batchAge(contradiction.t)}`,
  ];
}

/** A command that the ledger knows and nobody scheduled: a repetition, at worst. */
function unscheduledIntents(lines: readonly CommandLine[], audit: readonly AuditRecord[]): string[] {
  const known = new Set(lines.map((line) => line.id));
  return audit
    .filter(({ event, commandId = "" }) => event === "COMMAND_INTENT" && !known.has(commandId))
    .map(
      (record) =>
        `ledger record ${record.sequence}: an intent for ${record.instrument} that no scheduled command has`,
    );
}

function outcomeText(line: CommandLine): string {
  if (line.outcome !== "unknown") return `${line.description}: ${line.outcome}`;
  if (!line.resolved) return `${line.description}: unknown, not settled`;
  return `${line.description}: unknown, read back as ${line.resolved.executed ? "executed" : "not executed"}`;
}
