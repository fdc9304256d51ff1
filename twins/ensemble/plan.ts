/** An ensemble before it runs: everything that decides a run's numbers, as plain data for workers. */

import { compileToJavaScript } from "../compile/javascript.ts";
import type { Kernel } from "../compile/kernel.ts";
import { buildProgram } from "../compile/program.ts";
import { compileToWebAssembly } from "../compile/webassembly.ts";
import type { TwinModel } from "../language/model.ts";
import { readModel } from "../language/read-model.ts";
import { METHODS } from "../solvers/choose.ts";
import { type Segments, segmentsOf } from "../solvers/schedule.ts";
import type { MethodName } from "../solvers/step.ts";
import type { Trajectories } from "../solvers/trajectories.ts";
import { latinHypercubeAt } from "./latin-hypercube.ts";
import { sobolAt } from "./sobol.ts";
import { type Variation, valueAt } from "./variation.ts";

export type Sampling = "latin-hypercube" | "sobol";

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
}

export interface PreparedPlan {
  readonly plan: EnsemblePlan;
  readonly model: TwinModel;
  readonly kernel: Kernel;
  readonly work: Trajectories;
}

export function preparePlan(plan: EnsemblePlan): PreparedPlan {
  const model = plan.model ?? readModel(plan.modelText, plan.file).model;
  const program = buildProgram(model, METHODS[plan.method]);
  const kernel = plan.backEnd === "javascript" ? compileToJavaScript(program) : compileToWebAssembly(program);
  return { plan, model, kernel, work: sampledRuns(plan, model) };
}

/** Values drawn for one run, in the order of the variations. */
export function drawnValues({ variations, seed, runs, sampling }: EnsemblePlan, run: number): number[] {
  const at = (dimension: number) =>
    sampling === "sobol" ? sobolAt(seed, run, dimension) : latinHypercubeAt(seed, run, runs, dimension);
  return variations.map((variation, dimension) => valueAt(variation, at(dimension)));
}

function sampledRuns(plan: EnsemblePlan, model: TwinModel): Trajectories {
  const nominal = Float64Array.from(model.parameters, (p) => p.value);
  const base = segmentsOf(model, plan.end);
  const parameterAt = plan.variations.map((v) => model.parameters.findIndex((p) => p.name === v.name));
  const inputAt = plan.variations.map((v) => model.inputs.findIndex((u) => u.name === v.name));
  const variesInputs = plan.variations.some((variation) => variation.kind === "input");
  return {
    count: plan.runs,
    load: (run, parameters) => {
      parameters.set(nominal);
      const segments: Segments = variesInputs ? { times: base.times, values: base.values.slice() } : base;
      drawnValues(plan, run).forEach((value, dimension) => {
        const relative = plan.variations[dimension]?.relative === true;
        const at = parameterAt[dimension] as number;
        if (at >= 0) parameters[at] = relative ? (nominal[at] as number) * value : value;
        else setInput(segments, inputAt[dimension] as number, model.inputs.length, value, relative);
      });
      return segments;
    },
  };
}

function setInput(
  { values }: Segments,
  input: number,
  inputs: number,
  value: number,
  relative: boolean,
): void {
  for (let at = input; at < values.length; at += inputs)
    values[at] = relative ? (values[at] as number) * value : value;
}
