/**
 * Where two runs of one scenario and seed diverge, and by how much: values of the same plant time
 * outside the windows of link faults, the commands' outcomes, and the gaps. Judges nothing.
 */
import type { CommandLine, RunRecordLine } from "@helix/run-record";
import type { Plan } from "../scenario/plan.ts";

export interface ChannelDifference {
  /** `<instrument>.<channel>` */
  readonly channel: string;
  /** UCUM */
  readonly unit: string;
  /** Plant times that both have a value of. */
  readonly compared: number;
  /** Of the absolute differences, in `unit`; NaN where nothing could be compared. */
  readonly median: number;
  readonly max: number;
  /** Plant time of the largest, s. */
  readonly maxAtS: number | undefined;
}

export interface CommandDifference {
  /** Within the plan. */
  readonly id: string;
  readonly description: string;
  /** Undefined where that run has no such command. */
  readonly first: string | undefined;
  readonly second: string | undefined;
}

export interface GapCounts {
  readonly gaps: number;
  readonly missing: number;
}

export interface RunComparison {
  readonly channels: readonly ChannelDifference[];
  readonly commands: readonly CommandDifference[];
  readonly gaps: { readonly first: GapCounts; readonly second: GapCounts };
}

/** s after the end of a link fault in which samples are still caught up. */
const AFTERMATH_S = 60;

type Lines = readonly RunRecordLine[];
type Series = Map<string, Map<number, number>>;

/**
 * Of an instrument's two values the nearest in time are compared, no further apart than half its sample period: a
 * real instrument samples when it likes, and what a driver polls has the clock's stamps.
 */
export function compareRuns(first: Lines, second: Lines): RunComparison {
  const nearness = halfSamplePeriods(first);
  const disturbed = [...linkFaults(first), ...linkFaults(second)];
  const units = unitsOf(first);
  const others = valuesOf(second);
  const channels = [...valuesOf(first)].map(([channel, values]) => {
    const key = channel.split(".")[0] ?? "";
    const withinS = nearness.get(key) ?? 0;
    const isDisturbed = (t: number) =>
      disturbed.some(({ instrument, beginS, endS }) => instrument === key && t >= beginS && t <= endS);
    return difference(
      channel,
      units.get(channel) ?? "",
      values,
      nearestIn(others.get(channel), withinS),
      isDisturbed,
    );
  });
  return {
    channels,
    commands: commandsOf(first, second),
    gaps: { first: gapsOf(first), second: gapsOf(second) },
  };
}

function difference(
  channel: string,
  unit: string,
  values: ReadonlyMap<number, number>,
  otherAt: (t: number) => number | undefined,
  isDisturbed: (t: number) => boolean,
): ChannelDifference {
  const distances: number[] = [];
  let max = Number.NaN;
  let maxAtS: number | undefined;
  for (const [t, value] of values) {
    const other = otherAt(t);
    if (other === undefined || isDisturbed(t)) continue;
    const distance = Math.abs(value - other);
    distances.push(distance);
    if (!(distance <= max)) [max, maxAtS] = [distance, t];
  }
  const sorted = Float64Array.from(distances).sort();
  const median = sorted[sorted.length >> 1] ?? Number.NaN;
  return { channel, unit, compared: sorted.length, median, max, maxAtS };
}

/** The value whose time is the nearest to `t`; undefined where none is within `withinS`. */
function nearestIn(values: ReadonlyMap<number, number> | undefined, withinS: number) {
  if (values === undefined || withinS === 0) return (t: number) => values?.get(t);
  const times = Float64Array.from(values.keys()).sort();
  return (t: number) => {
    let [low, high] = [0, times.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((times[middle] ?? Infinity) < t) low = middle + 1;
      else high = middle;
    }
    const [before = -Infinity, after = Infinity] = [times[low - 1], times[low]];
    const nearest = t - before < after - t ? before : after;
    return Math.abs(nearest - t) <= withinS ? values.get(nearest) : undefined;
  };
}

/** By instrument, s. */
function halfSamplePeriods(lines: Lines): Map<string, number> {
  const plan = lines.find((line) => line.kind === "plan")?.plan as Plan | undefined;
  return new Map(plan?.instruments.map(({ key, samplePeriodS }) => [key, samplePeriodS / 2]));
}

function valuesOf(lines: Lines): Series {
  const series: Series = new Map();
  for (const line of lines) {
    if (line.kind !== "sample" || line.value === null) continue;
    const channel = `${line.instrument}.${line.channel}`;
    const values = series.get(channel) ?? new Map<number, number>();
    series.set(channel, values.set(line.t, line.value));
  }
  return series;
}

function unitsOf(lines: Lines): Map<string, string> {
  const run = lines.find((line) => line.kind === "run");
  const all = run?.instruments.flatMap(({ key, channels }) =>
    channels.map(({ name, unit }): [string, string] => [`${key}.${name}`, unit]),
  );
  return new Map(all);
}

function linkFaults(lines: Lines) {
  return lines.flatMap((line) =>
    line.kind === "fault" && line.on.endsWith(".link")
      ? [{ instrument: line.on.split(".")[0], beginS: line.beginS, endS: line.endS + AFTERMATH_S }]
      : [],
  );
}

function commandsOf(first: Lines, second: Lines): CommandDifference[] {
  const [one, other] = [scheduled(first), scheduled(second)];
  return [...new Set([...one.keys(), ...other.keys()])].map((id) => {
    const [a, b] = [one.get(id), other.get(id)];
    return {
      id,
      description: (a ?? b)?.description ?? id,
      first: a && outcomeOf(a),
      second: b && outcomeOf(b),
    };
  });
}

const scheduled = (lines: Lines): Map<string, CommandLine> =>
  new Map(
    lines.flatMap((line): [string, CommandLine][] =>
      line.kind === "command" ? [[line.scheduled ?? line.id, line]] : [],
    ),
  );

const outcomeOf = ({ outcome, resolved }: CommandLine): string =>
  resolved ? `${outcome}, read back as ${resolved.executed ? "executed" : "not executed"}` : outcome;

function gapsOf(lines: Lines): GapCounts {
  const gaps = lines.filter((line) => line.kind === "gap");
  return { gaps: gaps.length, missing: gaps.reduce((sum, { missing }) => sum + Number(missing), 0) };
}
