/**
 * The package ode45-cash-karp as a peer: its own loops over arrays, around a right-hand side that HELIX
 * generates, with the error norm of the other contenders in place of its own.
 */
import { compileTerms } from "@helix/twins/compiled";
import type { Absent, Contender } from "./contender.ts";
import { cpuSeconds } from "./cpu.ts";
import type { Problem } from "./problem.ts";

const NAME = "ode45-cash-karp";

/** @param trajectories how many of the problem's, from the first on */
export async function cashKarpContender(problem: Problem, trajectories: number): Promise<Contender | Absent> {
  const module = await import("ode45-cash-karp").catch(() => undefined);
  if (!module) return { name: NAME, reason: "the package is not installed: npm install" };
  const { model, segments, rtol, atol } = problem;
  const n = model.states.length;
  const rates = compileTerms(
    model,
    model.states.map(({ rate }) => rate),
  );
  const initial = compileTerms(
    { ...model, algebra: [] },
    model.states.map((state) => state.initial),
  );
  const finals = new Float64Array(trajectories * n);
  const counts = { steps: 0, derivatives: 0 };

  const solve = (index: number): void => {
    const parameters = problem.parameters[index] as Float64Array;
    const inputs = new Float64Array(model.inputs.length);
    const y = new Float64Array(n);
    const derivative = (into: Float64Array, state: Float64Array, t: number) => {
      counts.derivatives++;
      rates(t, state, parameters, inputs, into);
    };
    const integrator = module.default(y, derivative, 0, model.time.end * 1e-5, {
      tol: 1,
      verbose: false,
      errorScaleFunction: (_: number, __: number, value: number) => atol + rtol * Math.abs(value),
      errorReduceFunction: (_: number, sum: number, ratio: number) => sum + ratio * ratio,
      errorPostFunction: (sum: number) => Math.sqrt(sum / n),
    });
    segments.times.forEach((_, s) => {
      inputs.set(segments.values.subarray(s * inputs.length, (s + 1) * inputs.length));
      if (s === 0) initial(0, y, parameters, inputs, y);
      const end = segments.times[s + 1] ?? model.time.end;
      // A step cut at the last change of the inputs says nothing of the next one: it goes on with the one before.
      let before = integrator.dt;
      for (let isOn = true; isOn; counts.steps++) {
        before = integrator.dt;
        isOn = integrator.step(end);
      }
      integrator.dt = Math.max(integrator.dt, before);
      integrator.t = end;
    });
    finals.set(y, index * n);
  };

  return {
    name: NAME,
    trajectories,
    round: async () => {
      [counts.steps, counts.derivatives] = [0, 0];
      const start = cpuSeconds();
      for (let index = 0; index < trajectories; index++) solve(index);
      const seconds = cpuSeconds() - start;
      // Six derivatives for a step, five for every attempt after a refusal.
      return { seconds, steps: counts.steps, rejects: (counts.derivatives - 6 * counts.steps) / 5 };
    },
    finish: async () => finals,
  };
}
