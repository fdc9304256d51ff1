import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compileToJavaScript } from "../compile/javascript.ts";
import { buildProgram } from "../compile/program.ts";
import { compileToWgsl } from "../compile/wgsl.ts";
import type { TwinModel } from "../language/model.ts";
import { readModel } from "../language/read-model.ts";
import { METHODS } from "../solvers/choose.ts";
import { DP5 } from "../solvers/dp5.ts";
import { RODAS4 } from "../solvers/rodas4.ts";
import { type Segments, segmentsOf } from "../solvers/schedule.ts";
import type { Method, MethodName } from "../solvers/step.ts";
import { type SolverOptions, solverOptions } from "../solvers/trajectories.ts";
import { libraryModel, nominal, runAll, spread } from "../testing/models.ts";
import { type Gpu, GpuError, openGpu, withErrors } from "./device.ts";
import { compileForGpu } from "./gpu-trajectories.ts";
import { loadShader } from "./lane-buffers.ts";
import { missingSoftwareGpu, useSoftwareGpu } from "./testing/software-gpu.ts";

const missing = missingSoftwareGpu();

describe.skipIf(missing !== undefined)(
  `trajectories on a graphics device${missing ? ` (skipped: ${missing})` : ""}`,
  () => {
    let gpu: Gpu;
    beforeAll(async () => {
      useSoftwareGpu();
      gpu = await openGpu();
    });
    afterAll(() => gpu.close());

    test("the adapter is told to be software", () => {
      expect(gpu.isSoftware).toBe(true);
      expect(gpu.name).toMatch(/swiftshader/i);
    });

    test.each<[string, MethodName, number]>([
      ["cho-fed-batch", "dp5", 3e-5],
      ["cho-fed-batch", "rodas4", 3e-5],
      ["cho-fed-batch-oxygen", "rodas4", 3e-5],
      ["ecoli-fed-batch", "rodas4", 2e-4],
    ])(
      "%s by %s stays near the 64-bit reference at every output, start and end included",
      async (name, methodName, limit) => {
        const method = METHODS[methodName];
        const model = libraryModel(name);
        const parameters = spread(model, 200);
        const outputs = Float64Array.from({ length: 15 }, (_, i) => (model.time.end * i) / 14);
        const ours = await onGpu(gpu, model, method, parameters, { rtol: 1e-5, atol: 1e-8, outputs });
        const reference = runAll(
          compileToJavaScript(buildProgram(model, method)),
          { rtol: 1e-9, atol: 1e-12, outputs },
          parameters,
        );
        expect(ours.left).toEqual([]);
        expect(worstDifference(ours.samples, reference.samples, model.states.length)).toBeLessThan(limit);
        expect(worstDifference(ours.finals, reference.finals, model.states.length)).toBeLessThan(limit);
      },
    );

    test("every function and comparison of the language has the same value as in 64 bits", async () => {
      const model = readModel(FUNCTIONS, "functions.twin").model;
      const outputs = Float64Array.of(0, 2.5, 5, 10);
      const parameters = spread(model, 200);
      const tolerance = { rtol: 1e-6, atol: 1e-9, outputs };
      const ours = await onGpu(gpu, model, DP5, parameters, tolerance);
      const reference = runAll(compileToJavaScript(buildProgram(model, DP5)), tolerance, parameters);
      const length = outputs.length * model.states.length;
      const run = (samples: Float64Array, i: number) => samples.subarray(i * length, (i + 1) * length);
      const differences = parameters.map((_, i) =>
        worstDifference(run(ours.samples, i), run(reference.samples, i), model.states.length),
      );
      // The median: a run that happens to step over the kink at x = y shows the tolerance in any precision.
      expect(differences.sort((one, other) => one - other)[100]).toBeLessThan(1e-4);
    });

    test("trajectories of more attempts than one dispatch go on where they stopped", async () => {
      const model = readModel(OSCILLATOR, "oscillator.twin").model;
      const { left, finals, steps } = await onGpu(gpu, model, DP5, [nominal(model)], {
        rtol: 1e-5,
        atol: 1e-7,
      });
      expect(left).toEqual([]);
      expect(steps).toBeGreaterThan(300);
      expect(finals[0]).toBeCloseTo(Math.cos(200), 2);
    });

    test("what cannot start is left to the 64-bit engine; the others finish, each under its own schedule", async () => {
      const model = libraryModel("cho-fed-batch");
      const parameters = spread(model, 5);
      const volume = model.parameters.findIndex((p) => p.name === "X_0");
      (parameters[1] as Float64Array)[volume] = -1;
      (parameters[2] as Float64Array)[volume] = Number.NaN;
      const other: Segments = { times: Float64Array.of(0, 12), values: Float64Array.of(0, 0.001) };
      const own = segmentsOf(model, model.time.end);
      const ours = await onGpu(gpu, model, DP5, parameters, {}, (i) => (i === 4 ? other : own));
      expect(ours.left).toEqual([1, 2]);
      const volumes = [0, 3, 4].map((run) => ours.finals[run * model.states.length] as number);
      const poured = (s: Segments) =>
        s.values.reduce(
          (sum, rate, i) => sum + rate * ((s.times[i + 1] ?? model.time.end) - (s.times[i] as number)),
          0,
        );
      [own, own, other].forEach((s, k) => {
        const scale = (parameters[[0, 3, 4][k] as number] as Float64Array)[
          model.parameters.findIndex((p) => p.name === "feed_scale")
        ] as number;
        expect(volumes[k]).toBeCloseTo(1.5 + scale * poured(s), 3);
      });
    });

    test("a run that explodes is left to the 64-bit engine", async () => {
      const model = readModel(
        "model blow\ntime t until 2 h\nstates\n  x = 1\nequations\n  dx/dt = x * x / 1 h\n",
        "blow.twin",
      ).model;
      const { left } = await onGpu(gpu, model, DP5, [nominal(model)], {});
      expect(left).toEqual([0]);
    });

    test("a shader that the device refuses is an error, not an empty result", async () => {
      const model = libraryModel("cho-fed-batch");
      const shader = { ...compileToWgsl(buildProgram(model, DP5)), code: "fn main() { nonsense }" };
      await expect(withErrors(gpu, async () => loadShader(gpu, shader))).rejects.toThrow(GpuError);
    });

    test("stopping keeps what is done and starts nothing more", async () => {
      const model = libraryModel("cho-fed-batch");
      const { left, finished } = await onGpu(gpu, model, DP5, spread(model, 3), {}, undefined, () => true);
      expect([left, finished]).toEqual([[], 0]);
    });
  },
);

describe("the shader back end refuses by name", () => {
  test("a model with events", () => {
    expect(() => compileToWgsl(buildProgram(libraryModel("penicillin-birol"), RODAS4))).toThrow(
      "penicillin-birol has events, which are found in 64 bits only",
    );
  });
});

const FUNCTIONS = `model functions
time t until 10 h
parameters
  a = 1.3
  k = 0.2 /h
states
  x = 0.5
  y = 2
algebra
  u = exp(-x * x) + log(y * y + 2) + tanh(x - y) + (x * x + 1) ^ a + sqrt(y * y + 1) + abs(x - 1)
  w = if(x < y, min(x, 1), max(y, 0.1))
equations
  dx/dt = k * (w - x) + k * tanh(t * k) - 0.05 /h * tanh(u)
  dy/dt = k * (exp(-y * y) - 0.3 * y) + k * 0.1 * u
`;

const OSCILLATOR = `model oscillator
time t until 200 h
parameters
  k = 1 /h
states
  x = 1
  y = 0
equations
  dx/dt = -k * y
  dy/dt = k * x
`;

async function onGpu(
  gpu: Gpu,
  model: TwinModel,
  method: Method,
  parameters: readonly Float64Array[],
  given: Partial<SolverOptions>,
  segments: (index: number) => Segments = () => segmentsOf(model, model.time.end),
  stop?: () => boolean,
) {
  const options = solverOptions(model.time.end, given);
  const states = model.states.length;
  const samples = new Float64Array(parameters.length * options.outputs.length * states).fill(Number.NaN);
  const finals = new Float64Array(parameters.length * states).fill(Number.NaN);
  let [finished, steps] = [0, 0];
  const work = {
    count: parameters.length,
    load: (index: number, into: Float64Array) => {
      into.set(parameters[index] as Float64Array);
      return segments(index);
    },
  };
  const sink = {
    sample: (index: number, output: number, y: Float64Array) =>
      samples.set(y, (index * options.outputs.length + output) * states),
    finished: (outcome: { index: number; steps: number }, y: Float64Array) => {
      finals.set(y, outcome.index * states);
      steps += outcome.steps;
      finished++;
    },
  };
  const kernel = await compileForGpu(gpu, buildProgram(model, method));
  const { left } = await kernel.run(work, options, sink, stop);
  return { left, samples, finals, finished, steps };
}

/** Largest difference, each state's measured by its largest value; infinite where only one is a number. */
function worstDifference(ours: Float64Array, reference: Float64Array, states: number): number {
  const scale = new Float64Array(states);
  reference.forEach((value, i) => {
    scale[i % states] = Math.max(scale[i % states] as number, Math.abs(value));
  });
  return ours.reduce((worst, value, i) => {
    const difference = Math.abs(value - (reference[i] as number)) / ((scale[i % states] as number) || 1);
    return Number.isNaN(difference) ? Number.POSITIVE_INFINITY : Math.max(worst, difference);
  }, 0);
}
