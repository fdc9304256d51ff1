/** Inputs over time as segments of constant values: what recipes, feeds and controller scans compile to. */
import type { TwinModel } from "../language/model.ts";

/** Segment s lasts from times[s] to times[s + 1], the last one to the end of the run. */
export interface Segments {
  readonly times: Float64Array;
  /** Inputs of segment s start at s * (number of inputs). */
  readonly values: Float64Array;
  /** State at the beginning, in place of the model's own. */
  readonly start?: Float64Array;
}

/** Other values for an input, from the given times on. */
export type Changes = ReadonlyMap<string, readonly { readonly time: number; readonly value: number }[]>;

/** The model's own schedule, with the inputs in `changes` replaced. Changes at or after `end` are left out. */
export function segmentsOf(model: TwinModel, end: number, changes: Changes = new Map()): Segments {
  const schedules = model.inputs.map((input) => changes.get(input.name) ?? input.schedule);
  const all = schedules.flatMap((schedule) => schedule.map((change) => change.time));
  const times = [...new Set([0, ...all])].filter((time) => time >= 0 && time < end).sort((a, b) => a - b);
  const values = times.flatMap((time) => schedules.map((schedule) => valueAt(schedule, time)));
  return { times: Float64Array.from(times), values: Float64Array.from(values) };
}

function valueAt(schedule: readonly { time: number; value: number }[], time: number): number {
  let value = Number.NaN;
  for (const change of schedule) if (change.time <= time) value = change.value;
  return value;
}
