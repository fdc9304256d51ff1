/** The faults of a scenario, against the catalogue. */
import { nearest } from "@helix/config";
import type { FaultText, ScenarioText } from "@helix/scenarios";
import { FAULT_CATALOGUE, type FaultKind } from "../faults/catalogue.ts";
import { readParameter } from "../faults/read-parameter.ts";
import type { KnownChannel, KnownParts } from "./known-parts.ts";
import type { ArmedFault, PlannedFault, PlannedInstrument } from "./plan.ts";
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
    return findings.add([...path, "inject"], `unknown fault "${inject}"`, {
      expected: "a fault that `helix faults` lists",
      suggestion: nearest(inject, [...FAULT_CATALOGUE.keys()]),
    });
  }
  const found = findTarget([...path, "on"], on, kind, instruments, planning);
  if (!found) return undefined;
  const settings = readSettings(path, parameters, kind, found.channel, planning);
  return (
    settings && { kind, instrument: found.instrument, channel: found.channel?.name, parameters, settings }
  );
}

/** What may stand for the parts of an instrument, after the dot; and of the runtime, alone. */
const MEMBER = { link: LINK, plant: "plant" } as const;
const RUNTIME_PART = { host: "runtime", disk: "runtime.disk" } as const;
const RUNTIME = "runtime";

interface FoundTarget {
  readonly instrument: string;
  readonly channel?: KnownChannel;
}

function findTarget(
  path: Path,
  on: string,
  kind: FaultKind,
  instruments: KnownInstruments,
  planning: Planning,
): FoundTarget | undefined {
  const { findings } = planning;
  const { target } = kind;
  if (target === "host" || target === "disk") {
    if (on === RUNTIME_PART[target]) return { instrument: RUNTIME };
    return findings.add(path, `${kind.name} is a fault of the runtime, and "${on}" is none`, {
      expected: RUNTIME_PART[target],
    });
  }
  const found =
    target === "channel"
      ? findFaultyChannel(path, on, kind, instruments, planning)
      : findPart(path, on, kind, target, instruments, planning);
  const instrument = instruments.get(found?.instrument ?? "")?.planned;
  if (!found || !instrument) return found;
  const inability = inabilityOf(kind, found, instrument, planning.parts);
  return inability ? findings.add(path, inability.message, { expected: inability.expected }) : found;
}

/** Why this instrument cannot have the fault; undefined when it can. */
function inabilityOf(
  kind: FaultKind,
  { channel }: FoundTarget,
  { key, protocol, simulator }: PlannedInstrument,
  parts: KnownParts,
): { message: string; expected: string } | undefined {
  const can = parts.simulators.get(simulator)?.faults;
  if (kind.bySimulator && can?.includes(kind.name) === false) {
    return {
      message: `${key} cannot do ${kind.name}: its simulator ${simulator} has no such fault`,
      expected: `one of: ${can.filter((name) => isShownOver(protocol, name)).join(", ")}`,
    };
  }
  if (kind.protocols?.includes(protocol) === false) {
    return {
      message: `${kind.name} cannot be shown over ${protocol}`,
      expected: `an instrument with protocol ${kind.protocols.join(" or ")}`,
    };
  }
  if (kind.meets === "setpoint" && channel?.isWritable === false) {
    return {
      message: `${kind.name} is a fault of a setpoint, and ${key}.${channel.name} has none`,
      expected: "a channel that takes setpoints",
    };
  }
  return undefined;
}

const isShownOver = (protocol: string, fault: string) =>
  FAULT_CATALOGUE.get(fault)?.protocols?.includes(protocol) !== false;

function findFaultyChannel(
  path: Path,
  on: string,
  kind: FaultKind,
  instruments: KnownInstruments,
  planning: Planning,
): FoundTarget | undefined {
  if (splitTarget(on)?.member !== LINK) {
    return findChannel(path, on, instruments, planning);
  }
  return planning.findings.add(path, `${kind.name} is a fault of a channel, not of a link`, {
    expected: "<instrument>.<channel>",
  });
}

/** An instrument, its link or its plant. */
function findPart(
  path: Path,
  on: string,
  kind: FaultKind,
  target: "link" | "plant" | "instrument",
  instruments: KnownInstruments,
  { findings }: Planning,
): FoundTarget | undefined {
  const given = splitTarget(on);
  const suffix = target === "instrument" ? "" : `.${MEMBER[target]}`;
  const named =
    target === "instrument" ? on : given?.member === MEMBER[target] ? given.instrument : undefined;
  if (named === undefined || (target === "instrument" && given)) {
    const word = target === "instrument" ? "an instrument" : `a ${target}`;
    return findings.add(path, `${kind.name} is a fault of ${word}, and "${on}" is none`, {
      expected: `<instrument>${suffix}`,
      suggestion: given && instruments.has(given.instrument) ? `${given.instrument}${suffix}` : undefined,
    });
  }
  const instrument = findings.oneOf(path, "instrument", named, instruments.keys());
  return instrument === undefined ? undefined : { instrument };
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

function readSettings(
  path: Path,
  parameters: Readonly<Record<string, string>>,
  kind: FaultKind,
  channel: KnownChannel | undefined,
  { findings }: Planning,
): Record<string, number> | undefined {
  const settings: Record<string, number> = {};
  for (const [name, parameter] of Object.entries(kind.parameters)) {
    const read = readParameter(name, parameters[name] as string, parameter, channel);
    if (!read.ok) {
      const { message, expected, suggestion } = read;
      return findings.add([...path, name], message, { expected, suggestion });
    }
    if (parameter.setting !== undefined && typeof read.value === "number") {
      settings[parameter.setting] = read.value;
    }
  }
  return settings;
}
