/** The expectations of a scenario, as rules with times in s and bounds in the value's own unit. */
import type { ExpectationText, ScenarioText } from "@helix/scenarios";
import { DEFAULT_LEAK_BUDGET, INVARIANTS } from "../expectations/invariants.ts";
import type {
  ArmedFault,
  ExpectationRule,
  PlannedCommand,
  PlannedExpectation,
  PlannedFault,
} from "./plan.ts";
import {
  planBandClaim,
  planBounds,
  planClaim,
  planMoment,
  planStatus,
  planWindow,
  type Setting,
} from "./plan-claims.ts";
import type { Path } from "./plan-commands.ts";
import { findChannel, type KnownInstruments } from "./plan-instruments.ts";
import { checkRoom, findMoment, knownMoments } from "./plan-moments.ts";
import type { Planning, Span } from "./plan-scenario.ts";
import { planState } from "./plan-values.ts";
import { type IndexInFile, untouched } from "./prune.ts";

interface Planned {
  readonly instruments: KnownInstruments;
  readonly commands: readonly PlannedCommand[];
  readonly faults: readonly PlannedFault[];
  readonly armed: readonly ArmedFault[];
  readonly span: Span | undefined;
}

export function planExpectations(
  scenario: ScenarioText,
  indexInFile: IndexInFile,
  planned: Planned,
  planning: Planning,
): PlannedExpectation[] {
  const { findings } = planning;
  // What was taken out for its shape has been reported already.
  const isWhole = indexInFile === untouched;
  if (scenario.expect.length === 0 && isWhole) {
    findings.add(["expect"], "nothing is expected, so nothing could be proved", {
      expected: "at least one expectation",
    });
  }
  const { faults, armed, commands, span } = planned;
  const faultIds = scenario.faults.map((f) => f.id);
  const moments = knownMoments(faultIds, faults, armed, commands, span);
  const setting = {
    ...planned,
    moments,
    twin: scenario.plant.twin,
    planning,
    schedules: scenario.schedule.length > 0 || !isWhole,
  };
  const texts = new Set<string>();
  return scenario.expect.flatMap((entry, i) => {
    const index = indexInFile("expect", i);
    const path: Path = ["expect", index];
    const text = inOneLine(entry);
    if (texts.has(text)) findings.add(path, "this is expected twice", { expected: "each expectation once" });
    texts.add(text);
    const rule = planRule(path, entry, setting);
    return rule ? [{ index, text, ...rule }] : [];
  });
}

/** `at: end, state: twin.x, between: [3, 12], unit: g/L` */
const inOneLine = (entry: ExpectationText) =>
  Object.entries(entry)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}: ${inOneWord(value)}`)
    .join(", ");

function inOneWord(value: unknown): string {
  if (Array.isArray(value)) return `[${value.join(", ")}]`;
  return typeof value === "string" ? value : JSON.stringify(value);
}

interface WholeSetting extends Setting {
  readonly commands: readonly PlannedCommand[];
  readonly schedules: boolean;
}

function planRule(path: Path, entry: ExpectationText, setting: WholeSetting): ExpectationRule | undefined {
  if ("always" in entry) {
    if (!("between" in entry) && !("status" in entry)) return planInvariant(path, entry, setting);
    return planThroughout(path, "throughout", "always", entry.always, entry, setting);
  }
  if ("never" in entry) return planThroughout(path, "never", "never", entry.never, entry, setting);
  if ("eventually" in entry)
    return planThroughout(path, "eventually", "eventually", entry.eventually, entry, setting);
  if ("within" in entry) return planWithin(path, entry, setting);
  if ("outcome" in entry) return planOutcome(path, entry, setting);
  if ("ledger" in entry) return { kind: "ledger" };

  const { instruments, planning, twin } = setting;
  const atS = planMoment([...path, "at"], entry.at, setting);
  if ("state" in entry) {
    const value = planState([...path, "state"], entry.state, twin, instruments, planning);
    const bounds = value && planBounds(path, entry, value.unit, setting);
    return value?.of === "state" && bounds && atS
      ? { kind: "state", state: value.state, ...atS, ...bounds }
      : undefined;
  }
  const target = findChannel([...path, "channel"], entry.channel, instruments, planning);
  const bounds = target && planBounds(path, entry, target.channel.unit, setting);
  if (!target || !bounds || !atS) return undefined;
  return { kind: "channel", instrument: target.instrument, channel: target.channel.name, ...atS, ...bounds };
}

type Entry<K extends string> = Extract<ExpectationText, Readonly<Record<K, unknown>>>;

function planInvariant(
  path: Path,
  entry: { readonly always: string; readonly budget?: Entry<"budget">["budget"] },
  { schedules, planning: { findings } }: WholeSetting,
): ExpectationRule | undefined {
  const invariant = findings.oneOf([...path, "always"], "invariant", entry.always, INVARIANTS.keys());
  if (invariant === undefined) return undefined;
  if (INVARIANTS.get(invariant)?.isAboutCommands && !schedules) {
    return findings.add([...path, "always"], `nothing is scheduled, so ${invariant} could prove nothing`, {
      expected: "a schedule, or an expectation about something else",
    });
  }
  if (invariant !== "no-leak") return { kind: "always", invariant };
  const { sockets, timers, heap_megabytes } = entry.budget ?? {};
  const budget = {
    sockets: sockets ?? DEFAULT_LEAK_BUDGET.sockets,
    timers: timers ?? DEFAULT_LEAK_BUDGET.timers,
    heapMegabytes: heap_megabytes ?? DEFAULT_LEAK_BUDGET.heapMegabytes,
  };
  return { kind: "always", invariant, budget };
}

function planThroughout(
  path: Path,
  kind: "throughout" | "never" | "eventually",
  key: string,
  subject: string,
  entry: (Entry<"between"> | Entry<"status">) & {
    readonly from?: string | undefined;
    readonly until?: string | undefined;
    readonly allow?: string | undefined;
    readonly after?: string | undefined;
  },
  setting: Setting,
): ExpectationRule | undefined {
  const claim = planClaim(path, key, subject, entry, setting);
  const window = planWindow(path, entry, claim, setting);
  const allowed = planAllowance(path, entry, window, setting);
  if (!claim || !window || allowed === "unreadable") return undefined;
  return { kind, claim, fromS: window.beginS, untilS: window.endS, allowed };
}

function planAllowance(
  path: Path,
  { allow, after }: { readonly allow?: string | undefined; readonly after?: string | undefined },
  window: Span | undefined,
  { moments, planning }: Setting,
) {
  const { findings } = planning;
  if (allow === undefined && after === undefined) return undefined;
  if (allow === undefined || after === undefined) {
    findings.add(path, `\`${allow === undefined ? "after" : "allow"}\` stands alone`, {
      expected: "both allow and after, such as allow: 10 min, after: cut.end",
    });
    return "unreadable";
  }
  const forS = findings.duration([...path, "allow"], allow);
  const moment = findMoment([...path, "after"], after, moments, planning);
  if (forS === undefined || moment === undefined) return "unreadable";
  if (window && forS >= window.endS - window.beginS) {
    findings.add([...path, "allow"], `with \`${allow}\` allowed there is nothing left to judge`, {
      expected: "a shorter time",
    });
  }
  return { forS, after: moment };
}

function planWithin(path: Path, entry: Entry<"within">, setting: Setting): ExpectationRule | undefined {
  const { instruments, moments, span, planning } = setting;
  const withinS = planning.findings.duration([...path, "within"], entry.within);
  const after = findMoment([...path, "after"], entry.after, moments, planning);
  if (withinS !== undefined && after !== undefined) {
    checkRoom([...path, "within"], entry.within, withinS, after, moments, span, planning);
  }
  if ("value" in entry) {
    const claim = planBandClaim(path, "value", entry.value, entry, setting);
    if (withinS === undefined || after === undefined || !claim) return undefined;
    return { kind: "reach", withinS, after, claim };
  }
  const instrument = planning.findings.oneOf(
    [...path, "instrument"],
    "instrument",
    entry.instrument,
    instruments.keys(),
  );
  const status = planStatus([...path, "status"], entry.status, setting);
  if (withinS === undefined || after === undefined || instrument === undefined || !status) return undefined;
  return { kind: "status", withinS, after, instrument, status };
}

function planOutcome(
  path: Path,
  { outcome, of }: Entry<"outcome">,
  { commands, planning: { findings } }: WholeSetting,
): ExpectationRule | undefined {
  const ids = commands.filter(({ kind }) => kind !== "calibration").map(({ id }) => id);
  const command = findings.oneOf([...path, "of"], "command", of, ids);
  return command === undefined ? undefined : { kind: "outcome", command, outcome };
}
