/** Runs a block of an ensemble and gathers what is kept of it. */

import { type Outcome } from "../solvers/outcome.ts";
import type { Segments } from "../solvers/schedule.ts";
import type { SolverOptions, Trajectories, TrajectorySink } from "../solvers/trajectories.ts";
import { type Gathered } from "./gathered.ts";
import { observerOf } from "./measures.ts";
import { drawnValues, type EnsemblePlan, optionsOf, type PreparedPlan, strategiesOf } from "./plan.ts";

export interface FailedRun {
  readonly index: number;
  /** Position among the strategies of the plan. */
  readonly strategy: number;
  readonly reason: string;
  readonly detail: string;
  readonly time: number;
  /** The drawn values, in the order of the variations. */
  readonly values: readonly number[];
}

/** A run's states at all outputs: state s at output k is number k * states + s; NaN where it did not come so far. */
export interface RunCourse {
  readonly index: number;
  readonly strategy: number;
  readonly states: Float64Array;
}

export interface BlockResult {
  /** Draws `from` .. `to` - 1, each under every strategy. */
  readonly from: number;
  readonly to: number;
  readonly failed: readonly FailedRun[];
  /**
   * Last states, NaN where a run failed: of draw i under strategy s at ((i - from) * strategies + s) * states.
   * Empty unless the plan keeps them.
   */
  readonly finals: Float64Array;
  /** Likewise, the measures. */
  readonly measures: Float64Array;
  readonly courses: readonly RunCourse[];
}

/** Runs the draws `from` .. `to` - 1. */
export function runBlock(prepared: PreparedPlan, from: number, to: number, gathered: Gathered): BlockResult {
  const record = recordBlock(prepared, from, to, gathered);
  prepared.run(record.work, record.options, record.sink);
  return record.result();
}

/** The trajectories of a block, whoever runs them, and what is kept of them. */
export interface BlockRecord {
  readonly work: Trajectories;
  readonly options: SolverOptions;
  readonly sink: Required<TrajectorySink>;
  /** When all have finished. */
  result(): BlockResult;
}

/** Samples go into `gathered` only when their run came to its end. */
export function recordBlock(
  prepared: PreparedPlan,
  from: number,
  to: number,
  gathered: Gathered,
): BlockRecord {
  const { plan, model, work } = prepared;
  const states = model.states.length;
  const strategies = strategiesOf(plan).length;
  const measures = plan.measures ?? [];
  const count = (to - from) * strategies;
  const failed: FailedRun[] = [];
  const courses: RunCourse[] = [];
  const finals = new Float64Array(plan.keepFinals ? count * states : 0).fill(Number.NaN);
  const measured = new Float64Array(count * measures.length).fill(Number.NaN);
  const observer = measures.length > 0 ? observerOf(model, measures) : undefined;
  const isFollowed = measures.some(({ over }) => over !== "end");
  const running: (Running | undefined)[] = [];
  /** Of runs that have finished: the next ones fill them again. */
  const free: Running[] = [];
  let freeCount = 0;
  const options = optionsOf(plan);
  const load = (index: number, into: Float64Array): Segments => {
    const run = (freeCount > 0 ? free[--freeCount] : undefined) ?? {
      segments: undefined,
      parameters: new Float64Array(into.length),
      states: new Float64Array(plan.outputs.length * states),
    };
    run.segments = work.load(from * strategies + index, into, run.segments);
    run.parameters.set(into);
    run.states.fill(Number.NaN);
    running[index] = run;
    return run.segments;
  };
  const observe = (index: number, time: number, y: Float64Array, run: Running, isEnd: boolean) =>
    observer?.at(time, y, run.parameters, run.segments as Segments, measured, index * measures.length, isEnd);
  const sink: Required<TrajectorySink> = {
    sample: (index, output, y) => {
      const run = running[index] as Running;
      run.states.set(y, output * states);
      if (isFollowed) observe(index, plan.outputs[output] as number, y, run, false);
    },
    finished: (outcome, y) => {
      const { index } = outcome;
      const run = running[index] as Running;
      running[index] = undefined;
      free[freeCount++] = run;
      const draw = from + Math.floor(index / strategies);
      const strategy = index % strategies;
      if (isKept(plan, draw)) courses.push({ index: draw, strategy, states: run.states.slice() });
      if (outcome.failure) {
        failed.push(failedRun(plan, draw, strategy, outcome, outcome.failure));
        measured.fill(Number.NaN, index * measures.length, (index + 1) * measures.length);
        return;
      }
      if (plan.keepFinals) finals.set(y, index * states);
      observe(index, outcome.time, y, run, true);
      gathered.addRun(strategy, run.states);
    },
  };
  const result = (): BlockResult => {
    gathered.addMeasures(measured);
    return { from, to, failed, finals, measures: measured, courses };
  };
  return { work: { count, load }, options, sink, result };
}

interface Running {
  segments: Segments | undefined;
  readonly parameters: Float64Array;
  readonly states: Float64Array;
}

/** Evenly thinned over the ensemble. */
function isKept({ courses = 0, runs }: EnsemblePlan, draw: number): boolean {
  const every = Math.max(1, Math.floor(runs / Math.max(1, courses)));
  return draw % every === 0 && draw / every < courses;
}

function failedRun(
  plan: EnsemblePlan,
  index: number,
  strategy: number,
  { time }: Outcome,
  { reason, detail }: NonNullable<Outcome["failure"]>,
): FailedRun {
  return { index, strategy, reason, detail, time, values: drawnValues(plan, index) };
}
