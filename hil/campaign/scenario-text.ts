/**
 * A scenario file as data that can be changed and written out again. What it means is the reader's to
 * say (hil/scenario): whatever is changed here is read there like any other file.
 */
import { parse, stringify } from "yaml";
import type { Plan } from "../scenario/plan.ts";

/** An entry of `schedule`, `faults` or `expect`. */
export type Entry = Readonly<Record<string, unknown>>;

export interface ScenarioData {
  /** The file's name without its suffix. */
  readonly scenario: string;
  readonly seed: number;
  readonly begin?: string;
  readonly duration: string;
  readonly schedule?: readonly Entry[];
  readonly faults?: readonly Entry[];
  readonly expect: readonly Entry[];
  readonly [key: string]: unknown;
}

/** Reads the text into the plan of a run with this seed, or with its own. @throws ProblemsError */
export type ReadPlan = (text: string, file: string, seed?: number) => Plan;

/** Of a file that the reader has found in order. */
export const scenarioData = (text: string): ScenarioData => parse(text) as ScenarioData;

/** YAML; `head` stands above it as a comment, a line of it per line. */
export function scenarioYaml(data: ScenarioData, head: readonly string[] = []): string {
  const comment = head.map((line) => (line === "" ? "#\n" : `# ${line}\n`)).join("");
  return `${comment}${stringify(data, { lineWidth: 0 })}`;
}

/** The comment above a scenario that {@link scenarioYaml} wrote, a line of it per line. */
export const headOf = (text: string): string[] =>
  text
    .slice(0, text.search(/^[^#]/m))
    .split("\n")
    .slice(0, -1)
    .map((line) => line.slice(2));

/** Expectations that count from one of them go with it. */
export function withoutFaults(data: ScenarioData, ids: ReadonlySet<unknown>): ScenarioData {
  return {
    ...data,
    faults: (data.faults ?? []).filter((entry) => !ids.has(entry["id"])),
    expect: data.expect.filter((entry) => !momentsNamed(entry).some((id) => ids.has(id))),
  };
}

const UNITS = [
  ["h", 3600],
  ["min", 60],
  ["s", 1],
] as const;

/** `95 h + 59 min + 58 s`: a time of whole seconds as a scenario writes it. */
export function timeText(s: number): string {
  let rest = Math.round(s);
  const terms: string[] = [];
  for (const [unit, seconds] of UNITS) {
    const count = Math.floor(rest / seconds);
    if (count > 0) terms.push(`${count} ${unit}`);
    rest -= count * seconds;
  }
  return terms.length === 0 ? "0 s" : terms.join(" + ");
}

/** `20 min`: whole seconds in the largest unit that they fill. */
export function durationText(s: number): string {
  const whole = Math.round(s);
  const [unit, seconds] = UNITS.find(([, length]) => whole % length === 0) ?? UNITS[2];
  return `${whole / seconds} ${unit}`;
}

/** Ids of the faults and commands whose moments (`cut.end`) an expectation counts from. */
export function momentsNamed(entry: Entry): string[] {
  return ["after", "from", "until", "command"].flatMap((key) => {
    const text = entry[key];
    if (typeof text !== "string") return [];
    return [text.replace(/\.(begin|end|sent)$/, "")];
  });
}
