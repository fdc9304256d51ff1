/** One run of an ensemble again, by its index: the same bits, with its whole course. */
import type { Outcome } from "../solvers/outcome.ts";
import { drawnValues, type EnsemblePlan, optionsOf, preparePlan, strategiesOf } from "./plan.ts";

export interface Replay {
  readonly outcome: Outcome;
  /** Drawn values, by name. */
  readonly values: Readonly<Record<string, number>>;
  readonly times: readonly number[];
  /** By state; as long as the run came. */
  readonly course: Readonly<Record<string, readonly number[]>>;
  readonly final: Float64Array;
}

/** @param times ascending, within the run. @param strategy its position in the plan. @throws RangeError for an index outside the ensemble */
export function replayRun(
  plan: EnsemblePlan,
  index: number,
  times: readonly number[] = plan.outputs,
  strategy = 0,
): Replay {
  if (!Number.isInteger(index) || index < 0 || index >= plan.runs) {
    throw new RangeError(
      `run ${index} is not in an ensemble of ${plan.runs}: they are numbered 0 .. ${plan.runs - 1}`,
    );
  }
  const { model, work, run } = preparePlan(plan);
  const course = model.states.map((): number[] => []);
  let ended: { outcome: Outcome; final: Float64Array } | undefined;
  const options = optionsOf(plan, times);
  const trajectory = index * strategiesOf(plan).length + strategy;
  const one = { count: 1, load: (_: number, into: Float64Array) => work.load(trajectory, into) };
  run(one, options, {
    sample: (_, __, y) => y.forEach((value, s) => course[s]?.push(value)),
    finished: (outcome, y) => {
      ended = { outcome: { ...outcome, index }, final: y.slice() };
    },
  });
  if (!ended) throw new Error("the run did not end");
  const values = Object.fromEntries(
    drawnValues(plan, index).map((value, i) => [plan.variations[i]?.label ?? "", value]),
  );
  return {
    ...ended,
    values,
    times,
    course: Object.fromEntries(model.states.map((s, i) => [s.name, course[i] ?? []])),
  };
}
