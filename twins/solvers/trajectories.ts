/**
 * Drives a kernel through many trajectories. Every lane has its own trajectory, time, step and segment;
 * a lane that ends or fails takes the next trajectory, so the others never wait.
 */
import type { Kernel } from "../compile/kernel.ts";
import { Lane } from "./lane.ts";
import type { Outcome } from "./outcome.ts";
import type { Segments } from "./schedule.ts";
import { functionsOf } from "./twin-functions.ts";

export interface SolverOptions {
  /** Relative and absolute tolerance; a state's own scale multiplies the absolute one. */
  readonly rtol: number;
  readonly atol: number;
  /** Time at which trajectories begin. */
  readonly begin: number;
  readonly end: number;
  readonly firstStep: number;
  /** Attempts, refused ones included, before a trajectory is given up. */
  readonly maxSteps: number;
  /** Times at which the state is wanted, ascending, within begin .. end. */
  readonly outputs: Float64Array;
}

export interface Trajectories {
  readonly count: number;
  /**
   * Fills the parameters of one trajectory and gives its inputs.
   *
   * ended  inputs that an earlier call gave, of a trajectory that has ended: they may be filled again
   */
  load(index: number, parameters: Float64Array, ended?: Segments): Segments;
}

export interface TrajectorySink {
  /** State at `outputs[output]`; `y` is used again afterwards. */
  sample?(index: number, output: number, y: Float64Array): void;
  /** `y` is the last state; it is used again afterwards. */
  finished(outcome: Outcome, y: Float64Array): void;
}

export const DEFAULT_TOLERANCE = { rtol: 1e-6, atol: 1e-9 } as const;

export const solverOptions = (end: number, given: Partial<SolverOptions> = {}): SolverOptions => ({
  ...DEFAULT_TOLERANCE,
  begin: 0,
  end,
  firstStep: (end - (given.begin ?? 0)) * 1e-5,
  maxSteps: 100_000,
  outputs: new Float64Array(0),
  ...given,
});

/** Runs all trajectories. `stop` ends early between two steps: what is done stays done. */
export function runTrajectories(
  kernel: Kernel,
  work: Trajectories,
  options: SolverOptions,
  sink: TrajectorySink,
  stop: () => boolean = () => false,
): void {
  const functions = functionsOf(kernel.program.model);
  const lanes = Array.from({ length: kernel.lanes }, (_, i) => new Lane(kernel, i, functions, options, sink));
  let next = 0;
  const refill = (lane: Lane): void => {
    while (next < work.count && !stop()) if (lane.start(next++, work)) return;
    lane.idle();
  };
  for (const lane of lanes) refill(lane);
  const status = kernel.program.layout.slot("status") * kernel.lanes;
  let active = lanes.filter((lane) => lane.active).length;
  kernel.prepare();
  kernel.enter();
  while (active > 0) {
    kernel.run();
    let reload = false;
    let reenter = false;
    for (let i = 0; i < lanes.length; i++) {
      const lane = lanes[i] as Lane;
      // A whole number: handed on as a double it would be an object on the heap.
      const flags = (kernel.memory[status + i] as number) | 0;
      if (flags === 0 || !lane.active) continue;
      const change = lane.attend(flags);
      if (change === "finished") {
        refill(lane);
        if (!lane.active) active--;
        reload = true;
      }
      if (change !== "none") reenter = true;
    }
    if (reload) kernel.prepare();
    if (reenter) kernel.enter();
  }
}
