import { describe, expect, test } from "vitest";
import { readModel } from "../language/read-model.ts";
import { BACK_ENDS, runAll } from "../testing/models.ts";
import { DP5 } from "./dp5.ts";
import { RODAS4 } from "./rodas4.ts";
import type { Method } from "./step.ts";

/** y' = -2 t y^2 has y = 1 / (1 + t^2); z' = cos-like pair gives z = sin t, w = cos t. The input only cuts steps. */
const MODEL = readModel(
  `model exact
time t until 2 h
parameters
  one = 1 /h
inputs
  cut = 0 /h
states
  y = 1
  z = 0
  w = 1
equations
  dy/dt = -2 * t * one * one * y * y + cut
  dz/dt = one * w
  dw/dt = -one * z
`,
  "exact.twin",
).model;

const END = 2;
const exact = (t: number): number[] => [1 / (1 + t * t), Math.sin(t), Math.cos(t)];

/** Exactly `steps` equal steps: one segment each, and a tolerance that accepts all. */
function errorWith(
  method: Method,
  compile: (typeof BACK_ENDS)[number]["compile"],
  steps: number,
  inside: boolean,
): number {
  const kernel = compile(MODEL, method);
  const cuts = Array.from({ length: steps }, (_, i) => ({ time: (END * i) / steps, value: 0 }));
  const times = inside
    ? Float64Array.from(cuts, ({ time }) => time + (0.37 * END) / steps)
    : Float64Array.of(END);
  const options = { rtol: 1e6, atol: 1e6, firstStep: END, outputs: times };
  const { outcomes, samples } = runAll(kernel, options, undefined, new Map([["cut", cuts]]));
  expect(outcomes[0]).toMatchObject({ failure: undefined, steps, rejects: 0 });
  const differences = [...times].flatMap((t, k) =>
    exact(t).map((value, i) => Math.abs(value - (samples[k * 3 + i] as number))),
  );
  return Math.max(...differences);
}

/** Slope of log(error) over log(step) from 20 to 40 to 80 steps. */
function measuredOrder(
  method: Method,
  compile: (typeof BACK_ENDS)[number]["compile"],
  inside: boolean,
): number {
  const [coarse, fine] = [20, 80].map((steps) => errorWith(method, compile, steps, inside)) as [
    number,
    number,
  ];
  return Math.log(coarse / fine) / Math.log(4);
}

describe.each(BACK_ENDS)("measured order of convergence, $name", ({ compile }) => {
  test("Dormand-Prince: 5 at the end of steps, 4 or more inside", () => {
    expect(measuredOrder(DP5, compile, false)).toBeGreaterThan(4.8);
    expect(measuredOrder(DP5, compile, true)).toBeGreaterThan(3.9);
  });

  test("Rodas4: 4 at the end of steps, 3 or more inside", () => {
    expect(measuredOrder(RODAS4, compile, false)).toBeGreaterThan(3.8);
    expect(measuredOrder(RODAS4, compile, true)).toBeGreaterThan(2.8);
  });
});
