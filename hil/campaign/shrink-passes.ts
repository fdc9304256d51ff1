/**
 * How a failing scenario can be made smaller: drop faults and commands, shorten the run and the faults,
 * move to round times, weaken parameters. Each pass proposes whole scenarios, the boldest first; one
 * that makes no sense any more is refused by the reader of scenarios, at no cost.
 */
import {
  nominalSeconds,
  parseDuration,
  parseTime,
  seconds,
  toleranceSeconds,
} from "../scenario/time-expression.ts";
import { withoutNumbers } from "./failure-cause.ts";
import { durationText, type Entry, momentsNamed, type ScenarioData, timeText } from "./scenario-text.ts";

type Pass = (data: ScenarioData) => Iterable<ScenarioData>;
type List = "faults" | "schedule";

/**
 * In the order that saves the most time: a short run makes every later attempt cheap.
 *
 * @param start that the shrinking begins with; parameters are weakened in proportion to its own
 */
export const shrinkPasses = (cause: string, start: ScenarioData): readonly Pass[] => [
  keepExpectationsOf(cause),
  dropEntries("faults"),
  dropEntries("schedule"),
  shortenRun,
  shortenFaults,
  roundTimes("faults"),
  roundTimes("schedule"),
  weakenParameters(start),
];

/** Only the expectation that fails. */
function keepExpectationsOf(cause: string): Pass {
  return function* (data) {
    const kept = data.expect.filter((entry) => cause.endsWith(withoutNumbers(expectationText(entry))));
    if (kept.length > 0 && kept.length < data.expect.length) yield { ...data, expect: kept };
  };
}

/** As the plan words it. */
const expectationText = (entry: Entry) =>
  Object.entries(entry)
    .map(([key, value]) => `${key}: ${Array.isArray(value) ? `[${value.join(", ")}]` : String(value)}`)
    .join(", ");

function dropEntries(list: List): Pass {
  return function* (data) {
    const { length } = data[list] ?? [];
    for (let size = length; size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
      for (let from = 0; from < length; from += size) yield without(data, list, from, from + size);
    }
  };
}

/** Expectations that count from what is dropped go with it. */
function without(data: ScenarioData, list: List, from: number, to: number): ScenarioData {
  const entries = data[list] ?? [];
  const gone = new Set(entries.slice(from, to).map((entry) => entry["id"]));
  return {
    ...data,
    [list]: [...entries.slice(0, from), ...entries.slice(to)],
    expect: data.expect.filter((entry) => !momentsNamed(entry).some((id) => gone.has(id))),
  };
}

const MARGINS_S = [120, 300, 600];
const MINUTE = 60;

/** Without what comes before and after the events. */
function* shortenRun(data: ScenarioData): Iterable<ScenarioData> {
  const beginS = certain(data.begin ?? "0 h");
  const lengthS = lasting(data.duration);
  if (beginS === undefined || lengthS === undefined) return;
  const events = [...(data.schedule ?? []), ...(data.faults ?? [])].map(spanOf);
  const first = Math.min(...events.map(({ fromS }) => fromS));
  const last = Math.max(...events.map(({ toS }) => toS));
  if (!Number.isFinite(first) || !Number.isFinite(last)) return;
  for (const marginS of MARGINS_S) {
    const fromS = Math.max(beginS, Math.floor((first - marginS) / MINUTE) * MINUTE);
    const toS = Math.min(beginS + lengthS, Math.ceil((last + marginS) / MINUTE) * MINUTE);
    if (toS - fromS < lengthS) yield span(data, fromS, toS);
    if (toS < beginS + lengthS) yield span(data, beginS, toS);
    if (fromS > beginS) yield span(data, fromS, beginS + lengthS);
  }
}

const span = (data: ScenarioData, fromS: number, toS: number): ScenarioData => ({
  ...data,
  begin: timeText(fromS),
  duration: durationText(toS - fromS),
});

/** NaN where the entry has no certain time. */
function spanOf(entry: Entry): { fromS: number; toS: number } {
  const fromS = certain(entry["at"]) ?? Number.NaN;
  return { fromS, toS: fromS + (lasting(entry["for"] ?? entry["over"] ?? "0 s") ?? 0) };
}

function* shortenFaults(data: ScenarioData): Iterable<ScenarioData> {
  for (const [i, fault] of (data.faults ?? []).entries()) {
    const forS = lasting(fault["for"]);
    if (forS === undefined) continue;
    for (const share of [1 / 4, 1 / 2, 3 / 4]) {
      const shorter = Math.max(1, roundDown(forS * share));
      if (shorter < forS) yield withEntry(data, "faults", i, { ...fault, for: durationText(shorter) });
    }
  }
}

/** To the next rounder duration below. */
function roundDown(s: number): number {
  const grain = [3600, 600, 60, 10, 5].find((candidate) => s >= 2 * candidate) ?? 1;
  return Math.floor(s / grain) * grain;
}

const ROUND_S = [3600, 600, 60, 10];

/** Only ever to a rounder time than before. */
function roundTimes(list: List): Pass {
  return function* (data) {
    for (const [i, entry] of (data[list] ?? []).entries()) {
      const atS = certain(entry["at"]);
      if (atS === undefined) continue;
      for (const grain of ROUND_S.filter((candidate) => atS % candidate !== 0)) {
        // Down before up: a cut that begins earlier still covers the command after it.
        for (const rounded of [Math.floor(atS / grain) * grain, Math.ceil(atS / grain) * grain]) {
          yield withEntry(data, list, i, { ...entry, at: timeText(rounded) });
        }
      }
    }
  };
}

const NOT_PARAMETERS = new Set(["id", "at", "when", "after", "occurs", "for", "on", "inject"]);
const WEAKER = [1 / 8, 1 / 2];
/** Of its first size: weaker still would be no fault that anybody would look for. */
const WEAKEST = 1 / 64;

function weakenParameters(start: ScenarioData): Pass {
  return function* (data) {
    for (const [i, fault] of (data.faults ?? []).entries()) {
      const first = (start.faults ?? []).find((other) => other["id"] === fault["id"]);
      for (const name of Object.keys(fault).filter((key) => !NOT_PARAMETERS.has(key))) {
        const { value, unit } = numberIn(fault[name]);
        const weakest = Math.abs(numberIn(first?.[name]).value) * WEAKEST;
        for (const share of WEAKER) {
          const weaker = Number((value * share).toPrecision(1));
          if (Math.abs(weaker) < Math.abs(value) && Math.abs(weaker) >= weakest)
            yield withEntry(data, "faults", i, { ...fault, [name]: `${weaker} ${unit}` });
        }
      }
    }
  };
}

/** NaN for a word. */
function numberIn(text: unknown): { value: number; unit: string } {
  const [, digits, unit = ""] = /^\s*([+-]?[\d.]+(?:[eE][+-]?\d+)?)\s*(\S.*)$/.exec(String(text)) ?? [];
  return { value: digits === undefined ? Number.NaN : Number(digits), unit };
}

const withEntry = (data: ScenarioData, list: List, index: number, entry: Entry): ScenarioData => ({
  ...data,
  [list]: (data[list] ?? []).map((other, i) => (i === index ? entry : other)),
});

/** s; undefined for what is no certain time. */
function certain(text: unknown): number | undefined {
  const time = typeof text === "string" ? parseTime(text) : undefined;
  return time?.ok && toleranceSeconds(time.value) === 0 ? Math.round(nominalSeconds(time.value)) : undefined;
}

/** s */
function lasting(text: unknown): number | undefined {
  const duration = typeof text === "string" ? parseDuration(text) : undefined;
  return duration?.ok ? Math.round(seconds(duration.value)) : undefined;
}
