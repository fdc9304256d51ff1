/**
 * A command is sent once and its fate is known: one intent and one outcome in the ledger for each
 * scheduled command, none besides, and an unknown outcome settled by reading the setpoint back, in
 * agreement with the setpoints that the instrument reports afterwards. A command that could not be
 * given, because the runtime was dead or its ledger took no intent, has no outcome, and no effect. A
 * ledger that failed while it made the intent durable may hold that one record: HELIX-HAL-0001 section
 * 2.3 asks for the intent before the command, not for a command after the intent.
 */
import type { CommandLine, UnsentLine } from "@helix/run-record";
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
  wrong.push(...refused.flatMap((line) => troubleWithRefused(line, audit, facts)));
  wrong.push(...unscheduledIntents(lines, refused, audit));

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

/** Nothing was sent: at most its intent is in the ledger, and the instrument does not come to hold what it asked for. */
function troubleWithRefused(
  { commandId, scheduled, t }: UnsentLine,
  audit: readonly AuditRecord[],
  facts: RunFacts,
): string[] {
  const records = audit.filter((record) => commandId !== undefined && record.commandId === commandId);
  const trouble: string[] = [];
  const intents = records.filter(({ event }) => event === "COMMAND_INTENT").length;
  if (intents > 1)
    trouble.push(`${scheduled}: ${intents} records COMMAND_INTENT of a command that was refused`);
  for (const { event, sequence } of records.filter((record) => record.event !== "COMMAND_INTENT"))
    trouble.push(`${scheduled}: was refused, yet ledger record ${sequence} is its ${event}`);
  const command = facts.plan.commands.find(({ id }) => id === scheduled);
  if (command?.kind !== "setpoint") return trouble;
  const taken = firstTakenUp(command, t, facts);
  if (taken !== undefined)
    trouble.push(
      `${scheduled}: was refused, yet the setpoint is ${command.value} ${command.unit} at ${batchAge(taken)}`,
    );
  return trouble;
}

/** When the instrument came to hold what a command asks for that was not sent, s; undefined where it did not, or did so before. */
function firstTakenUp(command: PlannedSetpoint, sinceS: number, facts: RunFacts): number | undefined {
  const { before, after, nextS } = setpointsAround(command, sinceS, facts);
  if (before && holds(before.setpoint, command)) return undefined;
  return after.find((sample) => sample.t < nextS && holds(sample.setpoint, command))?.t;
}

/** Of the value: setpoints travel as f32. */
const SETPOINT_TOLERANCE = 1e-5;

/** What was read back must agree with the setpoints that the instrument reports from then on. */
function settledWrongly(command: PlannedSetpoint, line: CommandLine, facts: RunFacts): string[] {
  const { resolved } = line;
  if (!resolved) return [];
  const { before, after, nextS } = setpointsAround(command, line.t, facts);
  // Set to what it was already: the setpoint cannot tell.
  if (before && holds(before.setpoint, command)) return [];
  const contradiction = after.find(
    (sample) =>
      sample.t > resolved.t && sample.t < nextS && holds(sample.setpoint, command) !== resolved.executed,
  );
  if (!contradiction) return [];
  const said = resolved.executed ? "executed" : "not executed";
  return [
    `${command.id}: read back as ${said}, yet the setpoint is ${contradiction.setpoint} ${command.unit} at ${batchAge(contradiction.t)}`,
  ];
}

const holds = (setpoint: number | null, { value }: PlannedSetpoint) =>
  setpoint !== null && Math.abs(setpoint - value) <= SETPOINT_TOLERANCE * Math.abs(value);

/** Readings of the command's channel: the last before `atS`, those after it, and when the next command to it is given, s. */
function setpointsAround(
  { instrument, channel, atS: plannedS }: PlannedSetpoint,
  atS: number,
  facts: RunFacts,
) {
  const samples = linesOf(facts, "sample").filter(
    (sample) => sample.instrument === instrument && sample.channel === channel,
  );
  const next = facts.plan.commands.find(
    (other) =>
      other.kind === "setpoint" &&
      other.atS > plannedS &&
      other.instrument === instrument &&
      other.channel === channel,
  );
  return {
    before: samples.findLast((sample) => sample.t < atS),
    after: samples.filter((sample) => sample.t > atS),
    nextS: next?.atS ?? Infinity,
  };
}

/** A command that the ledger knows and nobody scheduled: a repetition, at worst. */
function unscheduledIntents(
  lines: readonly CommandLine[],
  refused: readonly UnsentLine[],
  audit: readonly AuditRecord[],
): string[] {
  const known = new Set([...lines.map(({ id }) => id), ...refused.map(({ commandId }) => commandId)]);
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
