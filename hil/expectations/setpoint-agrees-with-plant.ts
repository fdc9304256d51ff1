/**
 * Dose truth: what was acknowledged is what the instrument holds, and what the plant does. After a
 * command the setpoint that every reading carries is the acknowledged one, until the next command;
 * after a rejected one it is what it was; and a pump or a stirrer, which follow at once, truly runs
 * at it. Temperature, oxygen and pH follow slowly or not at all: of them only the setpoint is held.
 */
import { unitByUcum } from "@helix/hal";
import type { CommandLine, SampleLine } from "@helix/run-record";
import type { PlannedSetpoint } from "../scenario/plan.ts";
import {
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
  "the instrument holds what was acknowledged, and pumps and stirrers run at it, until the next command";

/** s of plant time that a new setpoint gets to show in readings and in what a pump does. */
const SETTLING_S = 60;
/** Of the value: setpoints travel as f32. */
const SETPOINT_TOLERANCE = 1e-4;
/** Of the value: what a pump may be off and still run at its setpoint. */
const PLANT_TOLERANCE = 0.02;
/** What follows its setpoint at once. */
const DRIVEN = ["volume flow", "rotational speed"];

export function judgeSetpoints(facts: RunFacts): Finding {
  const planned = facts.plan.commands.filter((command) => command.kind === "setpoint");
  if (planned.length === 0) return unjudgeable("test", EXPECTED, "the scenario sets no setpoint");
  const held = planned.flatMap((command) => holdingOf(command, facts));
  const checks = held.map((holding) => checkHolding(holding, facts));
  const seen = checks.reduce((sum, { readings }) => sum + readings, 0);
  const driven = checks.reduce((sum, { truths }) => sum + truths, 0);
  const wrong = checks.flatMap(({ wrong }) => wrong);
  const about = `${held.length} of ${planned.length} setpoints held against ${seen} readings and ${driven} true values`;
  if (wrong.length > 0)
    return notMet("device", EXPECTED, `${about}; ${wrong.length} do not agree`, firstFew(wrong));
  if (!facts.complete) return undecided("test", EXPECTED, `${about}, but the run was cut short`);
  const unseen = checks.find(({ readings }) => readings === 0);
  if (seen === 0 || unseen)
    return undecided("bench", EXPECTED, `${about}: no reading shows ${unseen?.what ?? "any of them"}`);
  return met(EXPECTED, about, firstFew(checks.map(({ what }) => what)));
}

interface Holding {
  readonly command: PlannedSetpoint;
  /** In the channel's unit. */
  readonly value: number;
  readonly fromS: number;
  readonly untilS: number;
}

/** Nothing for a command that changed nothing, or whose fate is not known. */
function holdingOf(command: PlannedSetpoint, facts: RunFacts): Holding[] {
  const line = linesOf(facts, "command").find(({ id }) => facts.scheduled.get(id) === command.id);
  if (!line) return [];
  const next = facts.plan.commands.find(
    (other) => other.kind === "setpoint" && isSame(other, command) && other.atS > command.atS,
  );
  const untilS = next?.atS ?? Infinity;
  const since = (line.resolved?.t ?? line.t) + SETTLING_S;
  const value = heldValue(command, line, facts);
  return value === undefined || since >= untilS ? [] : [{ command, value, fromS: since, untilS }];
}

function heldValue(command: PlannedSetpoint, line: CommandLine, facts: RunFacts): number | undefined {
  if (line.outcome === "acknowledged") return line.acknowledgedValue ?? command.value;
  if (line.resolved) return line.resolved.readBack;
  if (line.outcome !== "rejected") return undefined;
  return samplesOf(command, facts).findLast(({ t }) => t < line.t)?.setpoint ?? undefined;
}

const isSame = (a: PlannedSetpoint, b: PlannedSetpoint) =>
  a.instrument === b.instrument && a.channel === b.channel;

const samplesOf = (command: PlannedSetpoint, facts: RunFacts): SampleLine[] =>
  linesOf(facts, "sample").filter(
    (line) => line.instrument === command.instrument && line.channel === command.channel,
  );

function checkHolding({ command, value, fromS, untilS }: Holding, facts: RunFacts) {
  const what = `${command.id}: ${command.channel} at ${Number(value.toPrecision(6))} ${command.unit}`;
  const isIn = ({ t }: { readonly t: number }) => t > fromS && t < untilS;
  const setpoints = samplesOf(command, facts)
    .filter(isIn)
    .flatMap(({ t, setpoint }) => (setpoint === null ? [] : [{ t, number: setpoint }]));
  const truths = isDriven(command.unit)
    ? linesOf(facts, "truth")
        .filter(isIn)
        .flatMap(({ t, states }) => {
          const number = states[command.channel];
          return number === undefined ? [] : [{ t, number }];
        })
    : [];
  const off = (tolerance: number) => (one: { readonly number: number }) =>
    !(Math.abs(one.number - value) <= tolerance * Math.max(Math.abs(value), 1e-6));
  const said = (who: string) => (one: { readonly t: number; readonly number: number }) =>
    `${what}, but ${who} ${Number(one.number.toPrecision(6))} ${command.unit} at ${batchAge(one.t)}`;
  const wrong = [
    ...setpoints.filter(off(SETPOINT_TOLERANCE)).map(said("the instrument reports")).slice(0, 1),
    ...truths.filter(off(PLANT_TOLERANCE)).map(said("the plant does")).slice(0, 1),
  ];
  return { what, wrong, readings: setpoints.length, truths: truths.length };
}

const isDriven = (unit: string) => DRIVEN.includes(unitByUcum(unit)?.quantity ?? "");
