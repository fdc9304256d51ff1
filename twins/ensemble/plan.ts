/** An ensemble before it runs: everything that decides a run's numbers, as plain data for workers. */

import { compileToJavaScript } from "../compile/javascript.ts";
import type { Kernel } from "../compile/kernel.ts";
import { buildProgram } from "../compile/program.ts";
import { compileToWebAssembly } from "../compile/webassembly.ts";
import type { TwinModel } from "../language/model.ts";
import { readModel } from "../language/read-model.ts";
import { type Controllers, perScan, runControlled } from "../library/indpensim-trajectories.ts";
import { METHODS } from "../solvers/choose.ts";
import type { Changes } from "../solvers/schedule.ts";
import type { MethodName } from "../solvers/step.ts";
import {
  runTrajectories,
  type SolverOptions,
  solverOptions,
  type Trajectories,
  type TrajectorySink,
} from "../solvers/trajectories.ts";
import { latinHypercubeAt } from "./latin-hypercube.ts";
import type { Measure } from "./measures.ts";
import { runInputs } from "./run-inputs.ts";
import { saltelliAt } from "./saltelli.ts";
import { sobolAt } from "./sobol.ts";
import { type Variation, valueAt } from "./variation.ts";

/** `saltelli`: for Sobol indices; the runs are a multiple of the variations + 2. */
export type Sampling = "latin-hypercube" | "sobol" | "saltelli";

/** What somebody decides: fixed rules on top of the model. */
export interface Strategy {
  readonly name: string;
  readonly settings: readonly Variation[];
}

/** Where runs begin when it is not the model's own start. */
export interface Start {
  readonly time: number;
  /** In the order of the model. */
  readonly state: readonly number[];
  /** Inputs that replace the model's schedule. */
  readonly changes?: Changes;
}

export interface EnsemblePlan {
  /** Text of the model, read again by every worker. */
  readonly modelText: string;
  /** As read from the text, where that is not in the model language. */
  readonly model?: TwinModel;
  readonly file: string;
  readonly variations: readonly Variation[];
  readonly runs: number;
  readonly seed: number;
  readonly sampling: Sampling;
  readonly method: MethodName;
  readonly backEnd: Kernel["backEnd"];
  readonly end: number;
  readonly rtol: number;
  readonly atol: number;
  /** Keep the last state of every run: memory then grows with the runs. */
  readonly keepFinals: boolean;
  /** Times at which bands are wanted, ascending. */
  readonly outputs: readonly number[];
  /** Every draw is run under each of these; under the model as it is where absent. */
  readonly strategies?: readonly Strategy[];
  /** Numbers gathered of every run; none where absent. */
  readonly measures?: readonly Measure[];
  /** Keep the measures of every run: memory then grows with the runs. */
  readonly keepMeasures?: boolean;
  /** False: no bands at `outputs`, which then only serve measures along the run. */
  readonly keepBands?: boolean;
  /** Runs, evenly thinned, whose course at `outputs` is kept. */
  readonly courses?: number;
  readonly start?: Start;
  /** The model runs scan by scan under its controllers. */
  readonly controllers?: Controllers;
}

export interface PreparedPlan {
  readonly plan: EnsemblePlan;
  readonly model: TwinModel;
  readonly kernel: Kernel;
  readonly work: Trajectories;
  /** Runs trajectories as the plan says. */
  readonly run: (work: Trajectories, options: SolverOptions, sink: TrajectorySink) => void;
}

/** The model and its code, which plans that follow each other share. */
let compiled: { readonly key: string; readonly model: TwinModel; readonly kernel: Kernel } | undefined;

export function preparePlan(plan: EnsemblePlan): PreparedPlan {
  const key = JSON.stringify([plan.modelText, plan.file, plan.method, plan.backEnd]);
  if (compiled?.key !== key) {
    const model = plan.model ?? readModel(plan.modelText, plan.file).model;
    const program = buildProgram(model, METHODS[plan.method]);
    const compile = plan.backEnd === "javascript" ? compileToJavaScript : compileToWebAssembly;
    compiled = { key, model, kernel: compile(program) };
  }
  const { model, kernel } = compiled;
  const work = runInputs(plan, model);
  const { controllers } = plan;
  if (!controllers)
    return { plan, model, kernel, work, run: (...given) => runTrajectories(kernel, ...given) };
  return {
    plan,
    model,
    kernel,
    work: perScan(work, model.inputs.length, plan.end),
    run: (...given) => runControlled(kernel, controllers, ...given),
  };
}

const AS_IS: readonly Strategy[] = [{ name: "the model as it is", settings: [] }];

export const strategiesOf = ({ strategies }: Pick<EnsemblePlan, "strategies">): readonly Strategy[] =>
  strategies ?? AS_IS;

/** What the solver is asked for, with the state at `times`. */
export const optionsOf = (
  { end, start, rtol, atol, outputs }: EnsemblePlan,
  times: readonly number[] = outputs,
): SolverOptions =>
  solverOptions(end, { begin: start?.time ?? 0, rtol, atol, outputs: Float64Array.from(times) });

/** Values drawn for one run, in the order of the variations. */
export function drawnValues({ variations, seed, runs, sampling }: EnsemblePlan, run: number): number[] {
  const at = (dimension: number): number => {
    if (sampling === "sobol") return sobolAt(seed, run, dimension);
    if (sampling === "saltelli") return saltelliAt(seed, run, runs, dimension, variations.length);
    return latinHypercubeAt(seed, run, runs, dimension);
  };
  return variations.map((variation, dimension) => valueAt(variation, at(dimension)));
}
