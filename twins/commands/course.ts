/** One run of a model, with the state at evenly spread times. */

import { compileToJavaScript } from "../compile/javascript.ts";
import { buildProgram } from "../compile/program.ts";
import { compileToWebAssembly } from "../compile/webassembly.ts";
import type { TwinModel } from "../language/model.ts";
import { atScanEnds, type Controllers, perScan, runControlled } from "../library/indpensim-trajectories.ts";
import type { Outcome } from "../solvers/outcome.ts";
import { type Changes, segmentsOf } from "../solvers/schedule.ts";
import type { Method } from "../solvers/step.ts";
import { runTrajectories, solverOptions, type TrajectorySink } from "../solvers/trajectories.ts";

export interface Course {
  readonly outcome: Outcome;
  /** As far as the run came. */
  readonly times: readonly number[];
  /** One per time. */
  readonly states: readonly Float64Array[];
}

export interface CourseOptions {
  readonly points: number;
  readonly end?: number;
  readonly parameters?: Float64Array;
  readonly changes?: Changes;
  readonly controllers?: Controllers | undefined;
}

export function courseOf(model: TwinModel, method: Method, options: CourseOptions): Course {
  const end = options.end ?? model.time.end;
  // A run under controllers is long: it pays to compile it to what runs fastest.
  const compile = options.controllers ? compileToWebAssembly : compileToJavaScript;
  const kernel = compile(buildProgram(model, method));
  const spread = Array.from({ length: options.points }, (_, i) => (end * i) / (options.points - 1));
  const outputs = Float64Array.from(options.controllers ? atScanEnds(spread) : spread);
  const parameters = options.parameters ?? Float64Array.from(model.parameters, (p) => p.value);
  const segments = segmentsOf(model, end, options.changes);
  const states: Float64Array[] = [];
  let outcome: Outcome | undefined;
  const load = (_: number, into: Float64Array) => {
    into.set(parameters);
    return segments;
  };
  const sink: TrajectorySink = {
    sample: (_, __, y) => states.push(y.slice()),
    finished: (ended) => {
      outcome = ended;
    },
  };
  const { controllers } = options;
  const [work, solver] = [{ count: 1, load }, solverOptions(end, { outputs })];
  if (controllers) runControlled(kernel, controllers, perScan(work, model.inputs.length, end), solver, sink);
  else runTrajectories(kernel, work, solver, sink);
  if (!outcome) throw new Error("the run did not end");
  return { outcome, times: Array.from(outputs.subarray(0, states.length)), states };
}
