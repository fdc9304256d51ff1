/**
 * The present state of a batch from its record. The twin is carried from inoculation along the recorded inputs; every
 * hour its measured states are moved by the median of what the readings of that hour differ from it, which follows
 * a culture that grows without lagging behind it. The other states are as the twin has them.
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
  const corrections = new Set(hoursUntil(at, run.begin, window));
  const latest = new Map<string, Window>();
  let path: PathPoint[] = [];
  for (const time of stops(feeds.times, corrections, at)) {
    feeds.set(simulation.inputs, simulation.time);
    if (time > simulation.time) simulation.advance(time);
    path.push({ time, state: simulation.state.slice() });
    if (!corrections.has(time)) continue;
    model.states.forEach(({ name, low, high }, i) => {
      const found = channels.get(name)?.(time - window, time, (when) => stateAt(path, when, i));
      if (!found) return;
      latest.set(name, found);
      // A probe may read a little below nothing.
      simulation.state[i] = Math.min(high, Math.max(low, (simulation.state[i] as number) + found.offset));
    });
    path = [{ time, state: simulation.state.slice() }];
  }
  const states = model.states.map((state, i) => stateOf(state, simulation.state[i] as number, latest, run));
  return {
    start: { time: at, state: [...simulation.state] },
    states,
    variations: states.flatMap((state, i) => scatterOf(state, model.states[i] as State)),
  };
}

interface PathPoint {
  readonly time: number;
  readonly state: Float64Array;
}

/** Between the twin's points of one hour a line is near enough. */
function stateAt(path: readonly PathPoint[], time: number, i: number): number {
  const next = path.findIndex((point) => point.time >= time);
  const [after, before] = [path[Math.max(0, next)] as PathPoint, path[Math.max(0, next - 1)] as PathPoint];
  const part = after.time > before.time ? (time - before.time) / (after.time - before.time) : 0;
  return (before.state[i] as number) + part * ((after.state[i] as number) - (before.state[i] as number));
}

interface Window {
  /** Median of reading less twin. */
  readonly offset: number;
  readonly scatter: number;
  readonly readings: number;
  readonly time: number;
}

/** Readings in (from, to] against the twin's path; called with times that ascend. */
function reader({ readings }: RecordedChannel) {
  let [first, next] = [0, 0];
  return (from: number, to: number, twinAt: (time: number) => number): Window | undefined => {
    while (next < readings.length && (readings[next] as Reading).time <= to) next++;
    while (first < next && (readings[first] as Reading).time <= from) first++;
    const inside = readings.slice(first, next);
    if (inside.length === 0) return undefined;
    const apart = inside.map(({ time, value }) => value - twinAt(time));
    const offset = medianOf(apart);
    // The factor makes it the standard deviation where the scatter is normal.
    const scatter = 1.4826 * medianOf(apart.map((value) => Math.abs(value - offset)));
    return { offset, scatter, readings: inside.length, time: inside.at(-1)?.time ?? to };
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

/** Whole hours back from `at`, as far as the record goes. */
const hoursUntil = (at: number, begin: number, window: number): number[] =>
  Array.from({ length: Math.floor((at - begin) / window) + 1 }, (_, i) => at - i * window);

function stops(changes: readonly number[], corrections: ReadonlySet<number>, at: number): number[] {
  const all = [...changes, ...corrections, at].filter((time) => time > 0 && time <= at);
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
