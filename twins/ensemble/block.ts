/** Runs a block of an ensemble and gathers what is kept of it. */
import { type Outcome } from "../solvers/outcome.ts";
import { runTrajectories, solverOptions } from "../solvers/trajectories.ts";
import { drawnValues, type PreparedPlan } from "./plan.ts";
import { QuantileSketch } from "./quantile-sketch.ts";

export interface FailedRun {
  readonly index: number;
  readonly reason: string;
  readonly detail: string;
  readonly time: number;
  /** The drawn values, in the order of the variations. */
  readonly values: readonly number[];
}

export interface BlockResult {
  readonly from: number;
  readonly finished: number;
  readonly failed: readonly FailedRun[];
  /** Last states of the runs of the block, NaN where a run failed; empty unless the plan keeps them. */
  readonly finals: Float64Array;
}

/** Sketch of state s at output k is number k * states + s. */
export type Bands = QuantileSketch[];

export const emptyBands = ({ plan, model }: PreparedPlan): Bands =>
  Array.from({ length: plan.outputs.length * model.states.length }, () => new QuantileSketch());

/** Runs `from` .. `to` - 1. Samples go into `bands` only when their run came to its end. */
export function runBlock(prepared: PreparedPlan, from: number, to: number, bands: Bands): BlockResult {
  const { plan, model, kernel, work } = prepared;
  const states = model.states.length;
  const failed: FailedRun[] = [];
  const finals = new Float64Array(plan.keepFinals ? (to - from) * states : 0).fill(Number.NaN);
  const samples = new Map<number, Float64Array>();
  const options = solverOptions(plan.end, {
    rtol: plan.rtol,
    atol: plan.atol,
    outputs: Float64Array.from(plan.outputs),
  });
  const block = {
    count: to - from,
    load: (index: number, into: Float64Array) => work.load(from + index, into),
  };
  runTrajectories(kernel, block, options, {
    sample: (index, output, y) => {
      let kept = samples.get(index);
      if (!kept) samples.set(index, (kept = new Float64Array(plan.outputs.length * states).fill(Number.NaN)));
      kept.set(y, output * states);
    },
    finished: (outcome, y) => {
      const kept = samples.get(outcome.index);
      samples.delete(outcome.index);
      if (outcome.failure) {
        failed.push(failedRun(prepared, from, outcome, outcome.failure));
        return;
      }
      if (plan.keepFinals) finals.set(y, outcome.index * states);
      kept?.forEach((value, i) => {
        if (!Number.isNaN(value)) bands[i]?.add(value);
      });
    },
  });
  return { from, finished: to - from - failed.length, failed, finals };
}

function failedRun(
  { plan }: PreparedPlan,
  from: number,
  { index, time }: Outcome,
  { reason, detail }: NonNullable<Outcome["failure"]>,
): FailedRun {
  return { index: from + index, reason, detail, time, values: drawnValues(plan, from + index) };
}
