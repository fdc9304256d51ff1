/** The twin engine as a contender. */
import {
  buildProgram,
  compileToJavaScript,
  compileToWebAssembly,
  runTrajectories,
  solverOptions,
} from "@helix/twins/compiled";
import type { Contender } from "./contender.ts";
import { cpuSeconds } from "./cpu.ts";
import type { Problem } from "./problem.ts";

/** Solves until this much CPU time is used, so that a round is long against the scheduler's slices. */
const LEAST_SECONDS = 0.1;
/** A tight tolerance on a stiff problem takes many. */
const MOST_STEPS = 1e7;

export interface OurContender extends Contender {
  /** All final states, untimed. */
  solve(): Float64Array;
}

export function ourContender(
  problem: Problem,
  backEnd: "javascript" | "webassembly",
  name = `helix ${backEnd}`,
): OurContender {
  const { model, method, segments, parameters, rtol, atol } = problem;
  const program = buildProgram(model, method);
  const kernel = backEnd === "javascript" ? compileToJavaScript(program) : compileToWebAssembly(program);
  const options = solverOptions(model.time.end, { rtol, atol, maxSteps: MOST_STEPS });
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
    name,
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
