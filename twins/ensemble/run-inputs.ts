/** What one run of an ensemble starts with: parameters, inputs over time, and the state it starts from. */
import type { TwinModel } from "../language/model.ts";
import { type Changes, type Segments, segmentsOf } from "../solvers/schedule.ts";
import type { Trajectories } from "../solvers/trajectories.ts";
import { drawnValues, type EnsemblePlan, type Strategy, strategiesOf } from "./plan.ts";
import type { Target } from "./target.ts";
import { type Variation, valueAt } from "./variation.ts";

/** Trajectory `draw * strategies + strategy`, so that a draw meets all strategies side by side. */
export function runInputs(plan: EnsemblePlan, model: TwinModel): Trajectories {
  const strategies = strategiesOf(plan).map((strategy) => settled(plan, model, strategy));
  const setters = plan.variations.map((variation) => setterOf(variation, model));
  const variesInputs = plan.variations.some((variation) => variation.kind === "input");
  const variesStart = plan.variations.some((variation) => variation.kind === "state");
  return {
    count: plan.runs * strategies.length,
    load: (trajectory, parameters, ended) => {
      const base = strategies[trajectory % strategies.length] as Settled;
      const draw = Math.floor(trajectory / strategies.length);
      parameters.set(base.parameters);
      const { segments, start } = base;
      const run: Run = {
        parameters,
        segments: variesInputs ? copied(segments, ended) : segments,
        start: variesStart ? start?.slice() : start,
      };
      const values = drawnValues(plan, draw);
      for (let i = 0; i < setters.length; i++) setters[i]?.(run, values[i] as number);
      return run.start ? { ...run.segments, start: run.start } : run.segments;
    },
  };
}

/** Inputs that may be written to; in the memory of those that nobody needs any more where it fits. */
function copied({ times, values }: Segments, ended: Segments | undefined): Segments {
  if (ended?.times !== times) return { times, values: values.slice() };
  ended.values.set(values);
  return ended;
}

interface Run {
  readonly parameters: Float64Array;
  readonly segments: Segments;
  readonly start: Float64Array | undefined;
}

interface Settled {
  readonly parameters: Float64Array;
  readonly segments: Segments;
  readonly start: Float64Array | undefined;
}

/** The model under a strategy's settings, with a segment edge wherever a drawn input begins or ends. */
function settled(plan: EnsemblePlan, model: TwinModel, { settings }: Strategy): Settled {
  const { parameters, changes } = applySettings(settings, model, plan.start?.changes);
  const begin = plan.start?.time ?? 0;
  const edges = plan.variations.flatMap(({ span }) => (span ? [span.from, span.to] : []));
  return {
    parameters,
    segments: withEdges(segmentsOf(model, plan.end, changes), edges, begin, plan.end, model.inputs.length),
    start: plan.start && Float64Array.from(plan.start.state),
  };
}

type Schedule = readonly { readonly time: number; readonly value: number }[];

/** Parameters and input schedules with fixed rules applied in turn. */
export function applySettings(
  settings: readonly Variation[],
  model: TwinModel,
  given: Changes = new Map(),
): { readonly parameters: Float64Array; readonly changes: Changes } {
  const parameters = Float64Array.from(model.parameters, (p) => p.value);
  const changes = new Map<string, Schedule>(given);
  for (const setting of settings) {
    const value = valueAt(setting, 0.5);
    const edit = (old: number) => (setting.relative ? old * value : value);
    const at = model.parameters.findIndex((p) => p.name === setting.name);
    if (setting.kind === "parameter") parameters[at] = edit(parameters[at] as number);
    else {
      const schedule =
        changes.get(setting.name) ?? model.inputs.find((u) => u.name === setting.name)?.schedule ?? [];
      changes.set(setting.name, editedSchedule(schedule, setting.span, edit));
    }
  }
  return { parameters, changes };
}

function editedSchedule(schedule: Schedule, span: Target["span"], edit: (old: number) => number): Schedule {
  if (!span) return schedule.map(({ time, value }) => ({ time, value: edit(value) }));
  const at = (time: number) => schedule.findLast((change) => change.time <= time)?.value ?? Number.NaN;
  const { from, to } = span;
  return [
    ...schedule.filter((change) => change.time < from),
    { time: from, value: edit(at(from)) },
    ...schedule
      .filter((change) => change.time > from && change.time < to)
      .map(({ time, value }) => ({ time, value: edit(value) })),
    { time: to, value: at(to) },
    ...schedule.filter((change) => change.time > to),
  ];
}

/** The same inputs from `begin` on, with additional segment edges. */
function withEdges(
  { times, values }: Segments,
  edges: readonly number[],
  begin: number,
  end: number,
  inputs: number,
): Segments {
  const all = [...new Set([begin, ...times, ...edges])]
    .filter((time) => time >= begin && time < end)
    .sort((a, b) => a - b);
  const at = (time: number) => times.findLastIndex((start) => start <= time) * inputs;
  return {
    times: Float64Array.from(all),
    values: Float64Array.from(all.flatMap((time) => [...values.subarray(at(time), at(time) + inputs)])),
  };
}

type Setter = (run: Run, value: number) => void;

function setterOf(variation: Variation, model: TwinModel): Setter {
  const { name, kind, relative, span } = variation;
  const places = { parameter: model.parameters, input: model.inputs, state: model.states }[kind];
  const at = places.findIndex((quantity) => quantity.name === name);
  if (kind === "parameter") return ({ parameters }, value) => put(parameters, at, value, relative);
  if (kind === "state") return ({ start }, value) => start && put(start, at, value, relative);
  const from = span?.from ?? Number.NEGATIVE_INFINITY;
  const to = span?.to ?? Number.POSITIVE_INFINITY;
  const inputs = model.inputs.length;
  return ({ segments: { times, values } }, value) => {
    for (let segment = 0; segment < times.length; segment++) {
      const time = times[segment] as number;
      const place = segment * inputs + at;
      if (time >= from && time < to) values[place] = relative ? (values[place] as number) * value : value;
    }
  };
}

function put(values: Float64Array, place: number, value: number, relative: boolean): void {
  values[place] = relative ? (values[place] as number) * value : value;
}
