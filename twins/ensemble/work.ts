/**
 * How much work a trajectory of a plan is, before any is run in earnest: whether threads are worth their start,
 * and how many trajectories make a block. In operations of the compiled step, of which a processor does some
 * 10^10 a second: known without a clock, and the same on every machine.
 */
import { loopNodes } from "../compile/schedule.ts";
import { optionsOf, type PreparedPlan } from "./plan.ts";

const SAMPLES = 4;
/** Under controllers one takes as long as a hundred others, and goes nearly the same way. */
const CONTROLLED_SAMPLES = 1;

/** Mean operations of a few trajectories, evenly thinned; at least those of one attempted step. */
export function workOfTrajectory({ plan, kernel, work, run }: PreparedPlan): number {
  const count = Math.min(plan.controllers ? CONTROLLED_SAMPLES : SAMPLES, work.count);
  const some = {
    count,
    load: (index: number, into: Float64Array) => work.load(Math.floor((index * work.count) / count), into),
  };
  const options = optionsOf(plan, []);
  let attempts = 0;
  run(some, options, {
    finished: ({ steps, rejects }) => {
      attempts += steps + rejects;
    },
  });
  return Math.max(1, attempts / count) * loopNodes(kernel.program).length;
}
