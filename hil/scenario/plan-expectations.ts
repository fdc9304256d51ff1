/** The expectations of a scenario, as rules with times in s and bounds in the value's own unit. */
import type { InstrumentStateName } from "@helix/hal";
import type { ExpectationText, ScenarioText } from "@helix/scenarios";
import { INVARIANTS } from "../expectations/invariants.ts";
import type { ExpectationRule, PlannedExpectation, PlannedFault } from "./plan.ts";
import { findChannel, type KnownInstruments } from "./plan-instruments.ts";
import { inHours, type Planning, type Span } from "./plan-scenario.ts";
import { withinRun } from "./plan-schedule.ts";
import type { IndexInFile } from "./prune.ts";

type Path = readonly (string | number)[];

interface Setting {
  readonly instruments: KnownInstruments;
  readonly faults: readonly PlannedFault[];
  /** Ids as they stand in the file, also of faults that could not be read. */
  readonly faultIds: readonly string[];
  readonly twin: string;
  readonly span: Span | undefined;
  readonly planning: Planning;
}

const STATUSES: readonly InstrumentStateName[] = [
  "Uninitialized",
  "Connecting",
  "Connected",
  "Streaming",
  "Degraded",
  "Disconnecting",
  "Disconnected",
  "FaultIsolated",
];

export function planExpectations(
  scenario: ScenarioText,
  indexInFile: IndexInFile,
  instruments: KnownInstruments,
  faults: readonly PlannedFault[],
  span: Span | undefined,
  planning: Planning,
): PlannedExpectation[] {
  const { findings } = planning;
  if (scenario.expect.length === 0) {
    findings.add(["expect"], "nothing is expected, so nothing could be proved", {
      expected: "at least one expectation",
    });
  }
  const faultIds = scenario.faults.map((f) => f.id);
  const setting: Setting = { instruments, faults, faultIds, twin: scenario.plant.twin, span, planning };
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
    .map(([key, value]) => `${key}: ${Array.isArray(value) ? `[${value.join(", ")}]` : String(value)}`)
    .join(", ");

function planRule(path: Path, entry: ExpectationText, setting: Setting): ExpectationRule | undefined {
  const { findings, parts } = setting.planning;
  if ("always" in entry) {
    const invariant = findings.oneOf([...path, "always"], "invariant", entry.always, INVARIANTS.keys());
    return invariant === undefined ? undefined : { kind: "always", invariant };
  }
  if ("within" in entry) return planStatus(path, entry, setting);
  if ("ledger" in entry) return { kind: "ledger" };

  const atS = planMoment([...path, "at"], entry.at, setting);
  if ("state" in entry) {
    const states = parts.twins.get(setting.twin)?.states;
    const known = states && [...states.keys()].map((name) => `twin.${name}`);
    if (!states || !known || !findings.oneOf([...path, "state"], "twin state", entry.state, known))
      return undefined;
    const state = entry.state.slice("twin.".length);
    const bounds = planBounds(path, entry, states.get(state) as string, setting);
    return bounds && atS && { kind: "state", state, ...atS, ...bounds };
  }
  const target = findChannel([...path, "channel"], entry.channel, setting.instruments, setting.planning);
  const bounds = target && planBounds(path, entry, target.channel.unit, setting);
  if (!target || !bounds || !atS) return undefined;
  return { kind: "channel", instrument: target.instrument, channel: target.channel.name, ...atS, ...bounds };
}

function planStatus(
  path: Path,
  entry: Extract<ExpectationText, { within: string }>,
  { instruments, faults, faultIds, span, planning: { findings } }: Setting,
): ExpectationRule | undefined {
  const withinS = findings.duration([...path, "within"], entry.within);
  const moments = ["begin", ...faultIds.flatMap((id) => [`${id}.begin`, `${id}.end`])];
  const after = findings.oneOf([...path, "after"], "moment", entry.after, moments);
  const instrument = findings.oneOf(
    [...path, "instrument"],
    "instrument",
    entry.instrument,
    instruments.keys(),
  );
  const status = findings.oneOf([...path, "status"], "status", entry.status, STATUSES);
  if (withinS === undefined || after === undefined || instrument === undefined || !status) return undefined;
  const fromS = span && momentSeconds(after, faults, span);
  if (span && fromS !== undefined && fromS + withinS > span.endS) {
    findings.add(
      [...path, "within"],
      `the run ends at ${inHours(span.endS)}, before \`${entry.within}\` are over`,
      {
        expected: "a longer run or a shorter time",
      },
    );
  }
  return { kind: "status", withinS, after, instrument, status: status as InstrumentStateName };
}

/** The planned time of `begin` or `<fault>.begin` or `<fault>.end`; undefined for a fault that could not be read. */
function momentSeconds(after: string, faults: readonly PlannedFault[], span: Span): number | undefined {
  if (after === "begin") return span.beginS;
  const dot = after.lastIndexOf(".");
  const fault = faults.find((f) => f.id === after.slice(0, dot));
  return after.slice(dot + 1) === "begin" ? fault?.beginS : fault?.endS;
}

/** `end`, or a time within the run. */
function planMoment(path: Path, text: string, { span, planning: { findings } }: Setting) {
  if (text === "end") return { atS: undefined };
  const atS = findings.certainTime(path, text);
  if (atS === undefined || !span) return undefined;
  if (atS >= span.beginS && atS <= span.endS) return { atS };
  return findings.add(path, `\`${text}\` is outside the run`, { expected: `end, or ${withinRun(span)}` });
}

function planBounds(
  path: Path,
  entry: { readonly between: readonly [number, number]; readonly unit: string },
  target: string,
  { planning: { findings } }: Setting,
) {
  const [low, high] = entry.between;
  if (!(low < high)) {
    return findings.add([...path, "between"], `[${low}, ${high}] is empty`, {
      expected: "the lower bound first",
    });
  }
  const numbers = findings.numbersIn([...path, "unit"], [low, high], entry.unit, target);
  if (!numbers) return undefined;
  return { min: numbers[0] as number, max: numbers[1] as number, unit: target };
}
