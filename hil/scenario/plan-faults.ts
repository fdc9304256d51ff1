/** The faults of a scenario, against the catalogue. */
import { parseRateUnit, unitByUcum } from "@helix/hal";
import type { FaultText, ScenarioText } from "@helix/scenarios";
import { FAULT_CATALOGUE, type FaultKind } from "../faults/catalogue.ts";
import type { KnownChannel } from "./known-parts.ts";
import type { ArmedFault, PlannedFault } from "./plan.ts";
import { planCondition } from "./plan-condition.ts";
import { findChannel, type KnownInstruments, splitTarget } from "./plan-instruments.ts";
import type { Planning, Span } from "./plan-scenario.ts";
import { withinRun } from "./plan-times.ts";
import type { IndexInFile } from "./prune.ts";
import { drawSeconds, nominalSeconds, toleranceSeconds } from "./time-expression.ts";

type Path = readonly (string | number)[];

/** What stands for the connection to an instrument, after the dot. */
const LINK = "link";
/** Words with a meaning of their own in `after:`. */
const RESERVED_IDS = ["begin", "end"];

export function planFaults(
  scenario: ScenarioText,
  indexInFile: IndexInFile,
  instruments: KnownInstruments,
  span: Span | undefined,
  planning: Planning,
): { faults: PlannedFault[]; armed: ArmedFault[] } {
  const { findings } = planning;
  const faults: PlannedFault[] = [];
  const armed: ArmedFault[] = [];
  const ids = new Set<string>();
  for (const [i, entry] of scenario.faults.entries()) {
    const path: Path = ["faults", indexInFile("faults", i)];
    if (ids.has(entry.id)) {
      findings.add([...path, "id"], `fault id "${entry.id}" is used twice`, { expected: "an id of its own" });
    }
    if (!/^[a-z][a-z0-9-]*$/.test(entry.id) || RESERVED_IDS.includes(entry.id)) {
      findings.add([...path, "id"], `"${entry.id}" cannot name a fault`, {
        expected: "lower-case letters, digits and hyphens, not begin or end",
      });
    }
    ids.add(entry.id);
    const condition =
      entry.when === undefined
        ? undefined
        : faultCondition(path, entry, scenario, instruments, span, planning);
    const when = entry.at === undefined ? undefined : faultTimes(path, entry.at, entry, span, planning);
    const what = faultTarget(path, entry, instruments, planning);
    if (!what) continue;
    const { kind, ...target } = what;
    const planned = { id: entry.id, inject: kind.name, on: entry.on, rigs: kind.rigs, ...target };
    if (condition) armed.push({ ...planned, ...condition });
    if (!when) continue;
    const fault = { ...planned, ...when };
    const other = faults.find((f) => f.on === fault.on && f.inject === fault.inject && overlap(f, fault));
    if (other) {
      findings.add([...path, "at"], `fault "${fault.id}" overlaps with "${other.id}"`, {
        expected: `one ${fault.inject} at a time on ${fault.on}`,
      });
    }
    faults.push(fault);
  }
  return { faults: faults.sort((a, b) => a.beginS - b.beginS), armed };
}

const overlap = (a: PlannedFault, b: PlannedFault) => a.beginS < b.endS && b.beginS < a.endS;

function faultTimes(
  path: Path,
  at: string,
  entry: FaultText,
  span: Span | undefined,
  { findings, random }: Planning,
) {
  const time = findings.time([...path, "at"], at);
  const forS = findings.duration([...path, "for"], entry.for);
  if (!time || forS === undefined || !span) return undefined;
  const earliest = nominalSeconds(time) - toleranceSeconds(time);
  const latest = nominalSeconds(time) + toleranceSeconds(time);
  if (earliest < span.beginS || latest >= span.endS) {
    findings.add([...path, "at"], `\`${at}\` is outside the run`, { expected: withinRun(span) });
  } else if (latest + forS > span.endS) {
    // A fault that outlives the run leaves no time to come back from it.
    findings.add([...path, "for"], `the fault lasts longer than the run`, {
      expected: `an end within ${withinRun(span).slice(7)}`,
    });
  }
  const beginS = drawSeconds(time, random.fork(`fault:${entry.id}`));
  return { beginS, endS: beginS + forS };
}

/** What an armed fault waits for. */
function faultCondition(
  path: Path,
  entry: FaultText,
  scenario: ScenarioText,
  instruments: KnownInstruments,
  span: Span | undefined,
  planning: Planning,
): Pick<ArmedFault, "when" | "afterS" | "forS" | "mayNotCome"> | undefined {
  const { findings } = planning;
  const { when: text = "", after } = entry;
  const when = planCondition([...path, "when"], text, scenario.plant.twin, instruments, planning);
  const forS = findings.duration([...path, "for"], entry.for);
  const afterS = after === undefined ? span?.beginS : findings.certainTime([...path, "after"], after);
  if (!when || forS === undefined || afterS === undefined || !span) return undefined;
  if (afterS < span.beginS || afterS >= span.endS) {
    findings.add([...path, "after"], `\`${after}\` is outside the run`, { expected: withinRun(span) });
  } else if (afterS + forS > span.endS) {
    findings.add([...path, "for"], `the fault lasts longer than the run`, {
      expected: `an end within ${withinRun(span).slice(7)}`,
    });
  }
  return { when, afterS, forS, mayNotCome: entry.occurs === "at most once" };
}

function faultTarget(path: Path, entry: FaultText, instruments: KnownInstruments, planning: Planning) {
  const { findings } = planning;
  const { on, inject } = entry;
  const parameters = ownParameters(entry);
  const kind = FAULT_CATALOGUE.get(inject);
  if (!kind) {
    findings.oneOf([...path, "inject"], "fault", inject, FAULT_CATALOGUE.keys());
    return undefined;
  }
  if (kind.target === "link") {
    const instrument = findLink([...path, "on"], on, kind, instruments, planning);
    return instrument === undefined
      ? undefined
      : { kind, instrument, channel: undefined, parameters, settings: {} };
  }
  if (splitTarget(on)?.member === LINK) {
    return findings.add([...path, "on"], `${inject} is a fault of a channel, not of a link`, {
      expected: "<instrument>.<channel>",
    });
  }
  const target = findChannel([...path, "on"], on, instruments, planning);
  if (!target) return undefined;
  const settings = readSettings(path, parameters, kind, target.channel, planning);
  return (
    settings && { kind, instrument: target.instrument, channel: target.channel.name, parameters, settings }
  );
}

/** What is not one of every fault's keys. */
function ownParameters(entry: FaultText): Record<string, string> {
  const common = ["id", "at", "when", "after", "occurs", "for", "on", "inject"];
  return Object.fromEntries(
    Object.entries(entry).filter(
      (pair): pair is [string, string] => !common.includes(pair[0]) && pair[1] !== undefined,
    ),
  );
}

function findLink(
  path: Path,
  on: string,
  kind: FaultKind,
  instruments: KnownInstruments,
  { findings }: Planning,
) {
  const target = splitTarget(on);
  if (target?.member !== LINK) {
    return findings.add(path, `${kind.name} is a fault of a link, and "${on}" is none`, {
      expected: "<instrument>.link",
      suggestion: target && instruments.has(target.instrument) ? `${target.instrument}.${LINK}` : undefined,
    });
  }
  return findings.oneOf(path, "instrument", target.instrument, instruments.keys());
}

function readSettings(
  path: Path,
  parameters: Readonly<Record<string, string>>,
  kind: FaultKind,
  channel: KnownChannel,
  { findings }: Planning,
): Record<string, number> | undefined {
  const settings: Record<string, number> = {};
  for (const name of Object.keys(kind.parameters)) {
    const text = parameters[name] as string;
    const quantity = findings.quantity([...path, name], text);
    if (!quantity) return undefined;
    const rate = parseRateUnit(quantity.unit);
    if (rate?.unit.quantity !== channelUnit(channel).quantity) {
      return findings.add([...path, name], `\`${quantity.unit}\` is no rate of ${channel.name}`, {
        expected: `a rate of ${channel.unit}, such as ${channel.unit}/h`,
      });
    }
    if (quantity.value === 0) {
      return findings.add([...path, name], `a ${name} of 0 is no fault`, {
        expected: "a value other than 0",
      });
    }
    // A difference has no zero point: only the factors count, not the offsets of e.g. [degF].
    const inChannelUnit = (quantity.value * rate.unit.factor) / channelUnit(channel).factor;
    settings[`${name}PerHour`] = (inChannelUnit * 3600) / rate.perSeconds;
  }
  return settings;
}

function channelUnit(channel: KnownChannel) {
  const unit = unitByUcum(channel.unit);
  if (!unit) throw new Error(`channel ${channel.name} has unit "${channel.unit}", which HELIX does not know`);
  return unit;
}
