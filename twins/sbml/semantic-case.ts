/** Cases of the SBML semantic test suite: settings, expected values, and how ours compare. */

export interface CaseFiles {
  readonly number: string;
  readonly model: { readonly file: string; readonly text: string };
  readonly settings: string;
  readonly results: string;
  /** The description, with the tags. */
  readonly description: string;
}

export interface CaseSettings {
  readonly times: readonly number[];
  readonly variables: readonly string[];
  readonly absolute: number;
  readonly relative: number;
  readonly amounts: readonly string[];
  readonly concentrations: readonly string[];
}

/** `key: value` lines; lists are separated by commas. */
export function readSettings(text: string): CaseSettings {
  const values = new Map(
    text.split(/\r?\n/).map((line) => {
      const [key = "", ...rest] = line.split(":");
      return [key.trim(), rest.join(":").trim()];
    }),
  );
  const list = (key: string) =>
    (values.get(key) ?? "")
      .split(",")
      .map((each) => each.trim())
      .filter((each) => each !== "");
  const number = (key: string) => Number(values.get(key) || Number.NaN);
  const [start, duration, steps] = [number("start"), number("duration"), number("steps")];
  const times = Array.from({ length: steps >= 0 ? steps + 1 : 0 }, (_, i) => start + (duration * i) / steps);
  return {
    times,
    variables: list("variables"),
    absolute: number("absolute"),
    relative: number("relative"),
    amounts: list("amount"),
    concentrations: list("concentration"),
  };
}

export interface Expected {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly number[])[];
}

export function readResults(text: string): Expected {
  const [head = "", ...lines] = text.split(/\r?\n/).filter((line) => line.trim() !== "");
  const cells = (line: string) => line.split(",").map((cell) => cell.trim().replace(/^"|"$/g, ""));
  return { columns: cells(head), rows: lines.map((line) => cells(line).map(valueOf)) };
}

function valueOf(text: string): number {
  if (/^[+-]?inf(inity)?$/i.test(text))
    return text.startsWith("-") ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return /^nan$/i.test(text) ? Number.NaN : Number(text);
}

/** The rule of the suite: |x - ref| <= absolute + relative |ref|; what is not finite must be the same. */
export function agrees(value: number, reference: number, settings: CaseSettings): boolean {
  if (!Number.isFinite(reference)) return Object.is(value, reference);
  return Math.abs(value - reference) <= settings.absolute + settings.relative * Math.abs(reference);
}

/** What a case is about: its component and test tags, and whether it is a course over time. */
export function readTags(description: string): { tags: string[]; isTimeCourse: boolean } {
  const line = (key: string) => new RegExp(`^${key}:(.*)$`, "m").exec(description)?.[1]?.trim() ?? "";
  const tags = `${line("componentTags")},${line("testTags")}`.split(",").map((tag) => tag.trim());
  return {
    tags: [...new Set(tags.filter((tag) => tag !== ""))],
    isTimeCourse: line("testType") === "TimeCourse",
  };
}
