/**
 * Trajectories of IndPenSim under its controllers, for ensembles: the same call as without them. What the controllers
 * did stands in a trajectory's inputs afterwards, one segment a scan, so that what depends on inputs is told rightly.
 */
import type { Kernel } from "../compile/kernel.ts";
import type { Outcome } from "../solvers/outcome.ts";
import { RODAS4 } from "../solvers/rodas4.ts";
import { Simulation, SimulationError } from "../solvers/simulation.ts";
import { startProblem } from "../solvers/start-problem.ts";
import type { SolverOptions, Trajectories, TrajectorySink } from "../solvers/trajectories.ts";
import { SCAN_HOURS } from "./incremental-pid.ts";
import { nominalPlan } from "./indpensim-batch.ts";
import { INDPENSIM_FAULTS } from "./indpensim-faults.ts";
import { type PaaFeed, runScans } from "./indpensim-scans.ts";

/** As plain data, for workers. */
export interface Controllers {
  /** Of the published program, by name. */
  readonly fault: string;
  readonly paaFeed: PaaFeed;
}

/**
 * Enough for what-ifs: a third of the time of 1e-6, and no state is further than 5e-4 of its largest value from a run
 * at 1e-8 (oxygen, just after a step of an actuator; the others are a tenth of that).
 */
export const CONTROLLED_TOLERANCE = { rtol: 1e-4, atol: 1e-7 } as const;

/** A scan takes about ten steps. */
const MOST_STEPS_A_SCAN = 20_000;

/** The ends of scans nearest to these times, each once: only there do integrals over a scan say something. */
export const atScanEnds = (times: readonly number[]): number[] => [
  ...new Set(times.map((time) => Math.round(time / SCAN_HOURS) * SCAN_HOURS)),
];

/** The same inputs, with a segment for every scan that is the trajectory's own. */
export function perScan(work: Trajectories, inputs: number, end: number): Trajectories {
  const scans = Math.ceil(end / SCAN_HOURS - 1e-9);
  const times = Float64Array.from({ length: scans }, (_, k) => k * SCAN_HOURS);
  return {
    count: work.count,
    load: (index, parameters) => {
      const recipe = work.load(index, parameters);
      const values = new Float64Array(scans * inputs);
      for (let k = 0; k < scans; k++) {
        const segment = recipe.times.findLastIndex((time) => time < (k + 0.75) * SCAN_HOURS);
        values.set(recipe.values.subarray(segment * inputs, (segment + 1) * inputs), k * inputs);
      }
      return { times, values };
    },
  };
}

/** One after the other: a trajectory that fails is reported, and the others go on. */
export function runControlled(
  kernel: Kernel,
  { fault, paaFeed }: Controllers,
  work: Trajectories,
  options: SolverOptions,
  sink: TrajectorySink,
): void {
  const { model } = kernel.program;
  const known = INDPENSIM_FAULTS.find(({ name }) => name === fault);
  if (!known) throw new RangeError(`IndPenSim has no fault "${fault}"`);
  const plan = { ...nominalPlan(model, known, paaFeed), end: options.end, outputs: options.outputs };
  for (let index = 0; index < work.count; index++) {
    const parameters = new Float64Array(model.parameters.length);
    const recipe = work.load(index, parameters);
    const twin = new Simulation(
      model,
      RODAS4,
      { rtol: options.rtol, atol: options.atol, maxSteps: MOST_STEPS_A_SCAN, parameters },
      kernel,
    );
    const failure =
      startProblem(model, parameters, twin.inputs, twin.state) ??
      failureOf(() =>
        runScans(
          twin,
          model,
          { ...plan, recipe },
          {
            acted: (k) => recipe.values.set(twin.inputs, (k - 1) * model.inputs.length),
            sample: (output, state) => sink.sample?.(index, output, state),
          },
        ),
      );
    const { time, steps, events } = twin;
    sink.finished({ index, failure, time, steps, rejects: 0, events }, twin.state);
  }
}

function failureOf(work: () => void): Outcome["failure"] {
  try {
    work();
    return undefined;
  } catch (error) {
    if (!(error instanceof SimulationError)) throw error;
    return { reason: error.reason, detail: error.message };
  }
}
