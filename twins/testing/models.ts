/** Models for tests: the library from its files, and small ones with known solutions. */
import { readFileSync } from "node:fs";
import { compileToJavaScript } from "../compile/javascript.ts";
import { type Kernel } from "../compile/kernel.ts";
import { buildProgram } from "../compile/program.ts";
import { compileToWebAssembly } from "../compile/webassembly.ts";
import type { TwinModel } from "../language/model.ts";
import { missingParts, readModel } from "../language/read-model.ts";
import { libraryFile } from "../library/library.ts";
import type { Outcome } from "../solvers/outcome.ts";
import { type Changes, segmentsOf } from "../solvers/schedule.ts";
import type { Method } from "../solvers/step.ts";
import { runTrajectories, type SolverOptions, solverOptions } from "../solvers/trajectories.ts";

/** Parts and all. */
export function libraryModel(name: string): TwinModel {
  return readModel(libraryText(name), `${name}.twin`).model;
}

function libraryText(name: string): string {
  const text = readFileSync(libraryFile(name), "utf8");
  const parts = missingParts(text, name).map(libraryText);
  return [text, ...new Set(parts)].join("\n");
}

export const BACK_ENDS: readonly {
  readonly name: string;
  compile(model: TwinModel, method: Method): Kernel;
}[] = [
  { name: "JavaScript", compile: (model, method) => compileToJavaScript(buildProgram(model, method), false) },
  {
    name: "JavaScript, split",
    compile: (model, method) => compileToJavaScript(buildProgram(model, method), true),
  },
  { name: "WebAssembly", compile: (model, method) => compileToWebAssembly(buildProgram(model, method)) },
];

export interface RunResult {
  readonly outcomes: readonly Outcome[];
  /** State at the end of run i starts at i * states. */
  readonly finals: Float64Array;
  /** Sample k of run i starts at (i * outputs + k) * states. */
  readonly samples: Float64Array;
}

/** Runs one trajectory per row of `parameters` (the model's own values when there is none). */
export function runAll(
  kernel: Kernel,
  given: Partial<SolverOptions> = {},
  parameters: readonly Float64Array[] = [nominal(kernel.program.model)],
  changes: Changes = new Map(),
): RunResult {
  const { model } = kernel.program;
  const options = solverOptions(given.end ?? model.time.end, given);
  const segments = segmentsOf(model, options.end, changes);
  const states = model.states.length;
  const outcomes: Outcome[] = [];
  const finals = new Float64Array(parameters.length * states).fill(Number.NaN);
  const samples = new Float64Array(parameters.length * options.outputs.length * states).fill(Number.NaN);
  const load = (index: number, into: Float64Array) => {
    into.set(parameters[index] as Float64Array);
    return segments;
  };
  runTrajectories(kernel, { count: parameters.length, load }, options, {
    sample: (index, output, y) => samples.set(y, (index * options.outputs.length + output) * states),
    finished: (outcome, y) => {
      outcomes[outcome.index] = outcome;
      finals.set(y, outcome.index * states);
    },
  });
  return { outcomes, finals, samples };
}

export const nominal = (model: TwinModel): Float64Array =>
  Float64Array.from(model.parameters, (p) => p.value);

/** Parameters spread by +-20 % from a fixed sequence; a value of 0 stays 0. */
export function spread(model: TwinModel, count: number): Float64Array[] {
  let state = 0x9e3779b9;
  const next = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
  return Array.from({ length: count }, () =>
    Float64Array.from(model.parameters, (p) => p.value * (0.8 + 0.4 * next())),
  );
}
