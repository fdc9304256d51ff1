/** One run of IndPenSim under its controllers, with a published fault or its PAA loop: `--fault`, `--paa`. */
import { CliError } from "@helix/cli";
import { compileToJavaScript } from "../compile/javascript.ts";
import { buildProgram } from "../compile/program.ts";
import type { TwinModel } from "../language/model.ts";
import { SCAN_HOURS } from "../library/incremental-pid.ts";
import { nominalPlan, runBatch } from "../library/indpensim-batch.ts";
import { INDPENSIM_FAULTS, NO_FAULT } from "../library/indpensim-faults.ts";
import { RODAS4 } from "../solvers/rodas4.ts";
import { DEFAULT_TOLERANCE } from "../solvers/trajectories.ts";
import type { ControlOptions } from "./control-options.ts";
import type { Course } from "./course.ts";

export interface ControlledOptions extends ControlOptions {
  readonly set: readonly string[];
  readonly method: string;
  readonly points: number;
}

/** @throws CliError for another model, and for what a run under controllers does not take */
export function requireControllable(given: string, options: ControlledOptions): void {
  const option = options.fault === undefined ? "--paa" : "--fault";
  if (given !== "penicillin-indpensim")
    throw new CliError(`${option}: ${given} has no controllers of its own`, {
      advice: "give the model penicillin-indpensim, or a fault of an instrument (helix faults)",
    });
  if (options.set.length > 0)
    throw new CliError(`${option}: the published batch takes no --set`, {
      advice: "leave out --set, or run the model without its controllers",
    });
  if (options.method === "dp5")
    throw new CliError(`${option}: the published batch is stiff and runs with rodas4, not with dp5`);
}

/** The state is there after every scan: times are those of the scans nearest to evenly spread ones. */
export function controlledCourse(model: TwinModel, end: number, options: ControlledOptions): Course {
  const scans = Math.ceil(end / SCAN_HOURS - 1e-9);
  const fault = INDPENSIM_FAULTS.find(({ name }) => name === options.fault) ?? NO_FAULT;
  const plan = { ...nominalPlan(model, fault, options.paa ?? "recipe"), scans };
  const kernel = compileToJavaScript(buildProgram(model, RODAS4));
  const { initial, states } = runBatch(model, plan, DEFAULT_TOLERANCE, kernel);
  const at = Array.from({ length: options.points }, (_, i) => Math.round((scans * i) / (options.points - 1)));
  const shown = [...new Set(at)];
  return {
    outcome: { failure: undefined, time: scans * SCAN_HOURS, events: [] },
    times: shown.map((k) => k * SCAN_HOURS),
    states: shown.map((k) => (k === 0 ? initial : (states[k - 1] as Float64Array))),
  };
}
