/** Whether a model's balances hold along its nominal run. */
import { type BalanceResult, testBalances } from "../language/balances.ts";
import type { TwinModel } from "../language/model.ts";
import { chooseMethod } from "../solvers/choose.ts";
import { type Course, courseOf } from "./course.ts";

const POINTS = 50;

export interface NominalBalances {
  readonly balances: readonly BalanceResult[];
  /** The run along which they were tested. */
  readonly course: Course;
  readonly method: string;
  readonly reason: string;
}

export function balancesAlongRun(model: TwinModel): NominalBalances {
  const { method, reason } = chooseMethod(model);
  const course = courseOf(model, method, { points: POINTS });
  const points = course.times.map((t, k) => ({
    t,
    y: course.states[k] as Float64Array,
    inputs: Float64Array.from(
      model.inputs,
      (u) => u.schedule.findLast((change) => change.time <= t)?.value ?? Number.NaN,
    ),
  }));
  return { balances: testBalances(model, points), course, method: method.name, reason };
}
