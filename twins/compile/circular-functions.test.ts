import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cosFixed, sinFixed, toFixed, ulpError } from "../testing/bits.ts";
import { gradients } from "./derivative.ts";
import { Graph, LEVEL } from "./graph.ts";
import { ownFunctions } from "./js-functions.ts";
import { compileNodes } from "./observer.ts";

const { sin, cos, atan, floor } = ownFunctions();
const RUNS = { numRuns: 200, seed: 20 };
const real = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const worst = (arbitrary: fc.Arbitrary<number>, error: (x: number) => number): number =>
  Math.max(...fc.sample(arbitrary, RUNS).map(error));

describe("accuracy against 1200-bit arithmetic, in units of the last place", () => {
  test("sin and cos: below 1 over -100 .. 100", () => {
    expect(worst(real(-100, 100), (x) => ulpError(sin(x), sinFixed(toFixed(x))))).toBeLessThan(1);
    expect(worst(real(-100, 100), (x) => ulpError(cos(x), cosFixed(toFixed(x))))).toBeLessThan(1);
  });

  test("atan: the tangent of the result is the argument, to 2 of its last places", () => {
    const back = (x: number) => {
      const y = toFixed(atan(x));
      return ulpError(x, (sinFixed(y) << 1200n) / cosFixed(y));
    };
    expect(worst(real(-0.9, 0.9), back)).toBeLessThan(2);
  });

  test("as V8's to 2 last places, up to 1.6 million radians", () => {
    for (const x of fc.sample(real(-1.6e6, 1.6e6), RUNS)) {
      expect(Math.abs(sin(x) - Math.sin(x))).toBeLessThan(3e-16);
      expect(Math.abs(cos(x) - Math.cos(x))).toBeLessThan(3e-16);
      expect(Math.abs(atan(x) - Math.atan(x))).toBeLessThan(5e-16);
    }
  });
});

test("at the edges", () => {
  expect([sin(0), cos(0), atan(0)]).toEqual([0, 1, 0]);
  expect(atan(Number.POSITIVE_INFINITY)).toBe(Math.PI / 2);
  expect(atan(Number.NEGATIVE_INFINITY)).toBe(-Math.PI / 2);
  expect([sin(1e7), cos(-1e7), sin(Number.POSITIVE_INFINITY), atan(Number.NaN)]).toEqual([
    Number.NaN,
    Number.NaN,
    Number.NaN,
    Number.NaN,
  ]);
});

test("floor is that of the language for every number", () => {
  const exact = [-7, -0.5, 0.5, 3, 2 ** 52 + 1, -(2 ** 53), 1e300, 0.9999999999999999];
  for (const x of [...exact, ...fc.sample(real(-1e9, 1e9), RUNS)]) expect(floor(x)).toBe(Math.floor(x) + 0);
  expect(floor(Number.NaN)).toBeNaN();
});

test("derivatives agree with differences", () => {
  const values = compileNodes(
    {
      name: "",
      title: "",
      about: "",
      source: "",
      time: { name: "t", unit: "1", end: 1 },
      parameters: [],
      inputs: [],
      states: [],
      algebra: [],
      events: [],
      sensors: [],
      balances: [],
    },
    (graph: Graph, environment) => {
      const t = environment.get("t") as number;
      expect(graph.node(t).level).toBe(LEVEL.step);
      const outputs = (["sin", "cos", "atan", "floor"] as const).map((name) => graph.call(name, t));
      return [...outputs, ...gradients(graph, outputs, [t]).map((g) => g.get(0) ?? graph.constant(0))];
    },
  );
  const at = (t: number) => {
    const into = new Float64Array(8);
    values(t, [], [], [], into);
    return into;
  };
  for (const t of [-2.3, 0.4, 1.7]) {
    const [low, here, high] = [at(t - 1e-6), at(t), at(t + 1e-6)];
    for (let i = 0; i < 4; i++)
      expect(here[i + 4]).toBeCloseTo(((high[i] as number) - (low[i] as number)) / 2e-6, 8);
  }
});
