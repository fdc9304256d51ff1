/** What an expectation claims of a value or of an instrument, and when. */
import type { InstrumentStateName } from "@helix/hal";
import type { ArmedFault, Claim, PlannedFault } from "./plan.ts";
import type { Path } from "./plan-commands.ts";
import type { KnownInstruments } from "./plan-instruments.ts";
import type { KnownMoments } from "./plan-moments.ts";
import { inHours, type Planning, type Span } from "./plan-scenario.ts";
import { withinRun } from "./plan-times.ts";
import { planValue } from "./plan-values.ts";

export interface Setting {
  readonly instruments: KnownInstruments;
  readonly faults: readonly PlannedFault[];
  readonly armed: readonly ArmedFault[];
  readonly moments: KnownMoments;
  readonly twin: string;
  readonly span: Span | undefined;
  readonly planning: Planning;
}

type Band = { readonly between: readonly [number, number]; readonly unit: string };

export const STATUSES: readonly InstrumentStateName[] = [
  "Uninitialized",
  "Connecting",
  "Connected",
  "Streaming",
  "Degraded",
  "Disconnecting",
  "Disconnected",
  "FaultIsolated",
];

export function planStatus(path: Path, status: string, { planning: { findings } }: Setting) {
  return findings.oneOf(path, "status", status, STATUSES) as InstrumentStateName | undefined;
}

/** The claim of an entry whose subject stands at `key`. */
export function planClaim(
  path: Path,
  key: string,
  subject: string,
  entry: Band | { readonly status: string },
  setting: Setting,
): Claim | undefined {
  if ("between" in entry) return planBandClaim(path, key, subject, entry, setting);
  const { instruments, planning } = setting;
  const instrument = planning.findings.oneOf([...path, key], "instrument", subject, instruments.keys());
  const status = planStatus([...path, "status"], entry.status, setting);
  return instrument !== undefined && status ? { of: "status", instrument, status } : undefined;
}

export function planBandClaim(path: Path, key: string, subject: string, entry: Band, setting: Setting) {
  const { instruments, twin, planning } = setting;
  const value = planValue([...path, key], subject, twin, instruments, planning);
  const bounds = value && planBounds(path, entry, value.unit, setting);
  return value && bounds && ({ of: "band", value, min: bounds.min, max: bounds.max } as const);
}

export function planBounds(path: Path, entry: Band, target: string, { planning: { findings } }: Setting) {
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

/** `end`, or a time within the run. */
export function planMoment(path: Path, text: string, { span, planning: { findings } }: Setting) {
  if (text === "end") return { atS: undefined };
  const atS = findings.certainTime(path, text);
  if (atS === undefined || !span) return undefined;
  if (atS >= span.beginS && atS <= span.endS) return { atS };
  return findings.add(path, `\`${text}\` is outside the run`, { expected: `end, or ${withinRun(span)}` });
}

/** The part of the run that is judged: long enough for one sample at the least. */
export function planWindow(
  path: Path,
  entry: { readonly from?: string | undefined; readonly until?: string | undefined },
  claim: Claim | undefined,
  { span, instruments, planning: { findings } }: Setting,
): Span | undefined {
  const edge = (key: "from" | "until") => {
    const text = entry[key];
    if (text === undefined) return span && (key === "from" ? span.beginS : span.endS);
    const atS = findings.certainTime([...path, key], text);
    if (atS === undefined || !span || (atS >= span.beginS && atS <= span.endS)) return atS;
    return findings.add([...path, key], `\`${text}\` is outside the run`, { expected: withinRun(span) });
  };
  const beginS = edge("from");
  const endS = edge("until");
  if (beginS === undefined || endS === undefined) return undefined;
  const channel = claim?.of === "band" && claim.value.of === "channel" ? claim.value : undefined;
  const leastS = (channel && instruments.get(channel.instrument)?.planned.samplePeriodS) ?? 1;
  if (endS - beginS >= leastS) return { beginS, endS };
  return findings.add(
    [...path, entry.from === undefined ? "until" : "from"],
    `from ${inHours(beginS)} to ${inHours(endS)} there is nothing to judge`,
    { expected: `at least ${leastS} s` },
  );
}
