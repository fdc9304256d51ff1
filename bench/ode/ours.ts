/** The twin engine as a contender. */
import {
  buildProgram,
  compileToJavaScript,
  compileToWebAssembly,
  runTrajectories,
  type SolverOptions,
  solverOptions,
} from "@helix/twins/compiled";
import type { Contender } from "./contender.ts";
import type { Problem } from "./problem.ts";

/** Solves until this much CPU time is used, so that a round is long against the scheduler's slices. */
const LEAST_SECONDS = 0.1;

export interface OurContender extends Contender {
  /** All final states, untimed. */
  solve(): Float64Array;
}

export function ourContender(
  problem: Problem,
  backEnd: "javascript" | "webassembly",
  tolerance: Partial<SolverOptions> = {},
): OurContender {
  const { model, method, segments, parameters } = problem;
  const program = buildProgram(model, method);
  const kernel = backEnd === "javascript" ? compileToJavaScript(program) : compileToWebAssembly(program);
  const options = solverOptions(model.time.end, tolerance);
  const states = model.states.length;
  const finals = new Float64Array(parameters.length * states);
  const work = {
    count: parameters.length,
    load: (index: number, into: Float64Array) => {
      into.set(parameters[index] as Float64Array);
      return segments;
    },
  };
  const solveAll = () => {
    const counts = { steps: 0, rejects: 0 };
    runTrajectories(kernel, work, options, {
      finished: (outcome, y) => {
        if (outcome.failure) throw new Error(`trajectory ${outcome.index}: ${outcome.failure.detail}`);
        counts.steps += outcome.steps;
        counts.rejects += outcome.rejects;
        finals.set(y, outcome.index * states);
      },
    });
    return counts;
  };
  return {
    name: `helix ${backEnd}`,
    round: async () => {
      const start = cpuSeconds();
      let passes = 0;
      let counts = { steps: 0, rejects: 0 };
      do {
        counts = solveAll();
        passes++;
      } while (cpuSeconds() - start < LEAST_SECONDS);
      return { ...counts, seconds: (cpuSeconds() - start) / passes };
    },
    solve: () => {
      solveAll();
      return finals;
    },
    finish: async () => finals,
  };
}

/** Of this thread. */
function cpuSeconds(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1e6;
}
