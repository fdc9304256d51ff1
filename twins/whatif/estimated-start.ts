/**
 * The present state of a batch from its record. Measured states are medians of the latest good readings; the
 * others come from the twin, which is carried from inoculation along the recorded inputs and put right at
 * every whole hour by what was measured.
 */
import type { Start } from "../ensemble/plan.ts";
import { cutAt } from "../ensemble/spread.ts";
import type { Variation } from "../ensemble/variation.ts";
import type { Parameter, State, TwinModel } from "../language/model.ts";
import { segmentsOf } from "../solvers/schedule.ts";
import { Simulation } from "../solvers/simulation.ts";
import type { Method } from "../solvers/step.ts";
import { parseUnit, scaleBetween } from "../units/unit-algebra.ts";
import { type Reading, type RecordedChannel, type RecordedRun, RecordedRunError } from "./recorded-run.ts";

export interface EstimatedStart {
  readonly start: Start;
  /** In the order of the model. */
  readonly states: readonly EstimatedState[];
  /** What the readings scatter, as draws of the start. */
  readonly variations: readonly Variation[];
}

export interface EstimatedState {
  readonly name: string;
  readonly unit: string;
  readonly value: number;
  /** Undefined: it is modelled. */
  readonly measured:
    | {
        readonly channel: string;
        readonly origin: string;
        readonly readings: number;
        readonly time: number;
        readonly scatter: number;
      }
    | undefined;
}

/** Readings of one hour stand for its end. */
const WINDOW_HOURS = 1;

/**
 * @param at time from which the what-if goes on; the end of the record unless given
 * @throws RecordedRunError for a time that the record does not cover
 * @throws SimulationError where the twin cannot follow the record
 */
export function estimatedStart(
  run: RecordedRun,
  model: TwinModel,
  method: Method,
  at = run.end,
): EstimatedStart {
  const { unit } = model.time;
  if (!(at >= run.begin && at <= run.end))
    throw new RecordedRunError(
      `--at ${at}: the record of ${run.scenario} covers ${run.begin} .. ${run.end} ${unit}`,
    );
  const window = scaleBetween(parseUnit("h"), parseUnit(unit)) * WINDOW_HOURS;
  const simulation = new Simulation(model, method, {
    parameters: Float64Array.from(model.parameters, (p: Parameter) => p.value),
  });
  const channels = new Map([...run.states].map(([name, channel]) => [name, reader(channel)]));
  const feeds = recordedInputs(run, model);
  let latest = new Map<string, Window>();
  for (const time of stops(run, model, feeds, at, window)) {
    feeds.set(simulation.inputs, simulation.time);
    if (time > simulation.time) simulation.advance(time);
    if (time < run.begin) continue;
    latest = new Map(
      [...channels].flatMap(([name, read]) => {
        const found = read(time - window, time);
        return found ? [[name, found]] : [];
      }),
    );
    model.states.forEach(({ name, low, high }, i) => {
      const value = latest.get(name)?.median;
      // A probe may read a little below nothing.
      if (value !== undefined) simulation.state[i] = Math.min(high, Math.max(low, value));
    });
  }
  const states = model.states.map((state, i) => stateOf(state, simulation.state[i] as number, latest, run));
  return {
    start: { time: at, state: [...simulation.state] },
    states,
    variations: states.flatMap((state, i) => scatterOf(state, model.states[i] as State)),
  };
}

interface Window {
  readonly median: number;
  readonly scatter: number;
  readonly readings: number;
  readonly time: number;
}

/** Median and robust deviation of the readings in (from, to]; called with times that ascend. */
function reader({ readings }: RecordedChannel): (from: number, to: number) => Window | undefined {
  let [first, next] = [0, 0];
  return (from, to) => {
    while (next < readings.length && (readings[next] as Reading).time <= to) next++;
    while (first < next && (readings[first] as Reading).time <= from) first++;
    const inside = readings.slice(first, next);
    if (inside.length === 0) return undefined;
    const median = medianOf(inside.map(({ value }) => value));
    // The factor makes it the standard deviation where the scatter is normal.
    const scatter = 1.4826 * medianOf(inside.map(({ value }) => Math.abs(value - median)));
    return { median, scatter, readings: inside.length, time: inside.at(-1)?.time ?? to };
  };
}

function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.floor(middle)] as number) + (sorted[Math.ceil(middle) - 1] as number)) / 2;
}

/** The model's schedule until the record begins, then what was recorded. */
function recordedInputs(run: RecordedRun, model: TwinModel) {
  const own = segmentsOf(model, Number.POSITIVE_INFINITY);
  const recorded = model.inputs.map(({ name }) => run.inputs.get(name)?.readings ?? []);
  const changes = recorded.flatMap((readings) =>
    readings.filter((reading, i) => reading.value !== readings[i - 1]?.value).map(({ time }) => time),
  );
  return {
    times: [...own.times, ...changes],
    set: (inputs: Float64Array, time: number): void => {
      const segment = own.times.findLastIndex((start) => start <= time) * inputs.length;
      for (let i = 0; i < inputs.length; i++) {
        const reading = latestAt(recorded[i] ?? [], time);
        inputs[i] = reading?.value ?? (own.values[segment + i] as number);
      }
    },
  };
}

function latestAt(readings: readonly Reading[], time: number): Reading | undefined {
  let [low, high] = [0, readings.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((readings[middle] as Reading).time <= time) low = middle + 1;
    else high = middle;
  }
  return readings[low - 1];
}

function stops(
  run: RecordedRun,
  model: TwinModel,
  { times }: { readonly times: readonly number[] },
  at: number,
  window: number,
): number[] {
  const corrections: number[] = [];
  for (let time = run.begin; time < at; time += window) corrections.push(time);
  const all = [...times, ...corrections, at].filter((time) => time > 0 && time <= at);
  if (!all.every(Number.isFinite))
    throw new RecordedRunError(
      `the record of ${run.scenario} has times that are no numbers for ${model.name}`,
    );
  return [...new Set(all)].sort((a, b) => a - b);
}

function stateOf(
  { name, unit }: State,
  value: number,
  latest: ReadonlyMap<string, Window>,
  run: RecordedRun,
): EstimatedState {
  const found = latest.get(name);
  const channel = run.states.get(name);
  const measured = found &&
    channel && {
      channel: channel.name,
      origin: channel.origin,
      readings: found.readings,
      time: found.time,
      scatter: found.scatter,
    };
  return { name, unit, value, measured };
}

function scatterOf({ name, value, measured }: EstimatedState, { low, high }: State): Variation[] {
  if (!measured || measured.scatter === 0) return [];
  const spread = { shape: "normal", mean: value, deviation: measured.scatter } as const;
  return [
    {
      name,
      kind: "state",
      label: `${name} at the start`,
      relative: false,
      spread,
      cut: cutAt(spread, low, high),
    },
  ];
}
