import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { expFixed, logFixed, powFixed, tanhFixed, toFixed, ulpError } from "../testing/bits.ts";
import { ownFunctions } from "./js-functions.ts";

const { exp, log, tanh, pow } = ownFunctions();
const RUNS = { numRuns: 300, seed: 20 };
const real = (min: number, max: number) => fc.double({ min, max, noNaN: true });

/** Largest error over the sample, in units of the last place. */
function worst(arbitrary: fc.Arbitrary<number[]>, error: (x: number[]) => number): number {
  return Math.max(...fc.sample(arbitrary, RUNS).map(error));
}

/** The bounds that ENGINE.md states. */
describe("accuracy against 1200-bit arithmetic, in units of the last place", () => {
  test("exp: below 1 over -700 .. 700", () => {
    expect(
      worst(fc.tuple(real(-700, 700)), ([x = 0]) => ulpError(exp(x), expFixed(toFixed(x)))),
    ).toBeLessThan(1);
    expect(worst(fc.tuple(real(-1, 1)), ([x = 0]) => ulpError(exp(x), expFixed(toFixed(x))))).toBeLessThan(1);
  });

  test("log: below 1 over 1e-100 .. 1e100", () => {
    const scaled = fc.tuple(real(1, 10), fc.integer({ min: -100, max: 99 }));
    expect(
      worst(scaled, ([m = 1, e = 0]) => {
        const x = m * 10 ** e;
        return ulpError(log(x), logFixed(x));
      }),
    ).toBeLessThan(1);
    expect(worst(fc.tuple(real(0.5, 0.999)), ([x = 1]) => ulpError(log(x), logFixed(x)))).toBeLessThan(1);
  });

  test("tanh: below 2", () => {
    const x = fc.tuple(real(-20, 20));
    expect(
      worst(x, ([v = 0]) => (Math.abs(v) < 1e-9 ? 0 : ulpError(tanh(v), tanhFixed(toFixed(v))))),
    ).toBeLessThan(2);
    const small = fc.tuple(real(1e-6, 1));
    expect(worst(small, ([v = 0]) => ulpError(tanh(v), tanhFixed(toFixed(v))))).toBeLessThan(2);
  });

  test("pow: below 1.5 where |y log x| < 20, below 10 elsewhere", () => {
    const near = fc.tuple(real(0.1, 10), real(-8, 8));
    expect(worst(near, ([x = 1, y = 0]) => ulpError(pow(x, y), powFixed(x, y)))).toBeLessThan(1.5);
    const far = fc.tuple(real(0.01, 100), real(-100, 100));
    expect(worst(far, ([x = 1, y = 0]) => ulpError(pow(x, y), powFixed(x, y)))).toBeLessThan(10);
  });
});

describe("at the edges", () => {
  test("exp", () => {
    expect([exp(0), exp(Number.NEGATIVE_INFINITY), exp(710), exp(-746)]).toEqual([
      1,
      0,
      Number.POSITIVE_INFINITY,
      0,
    ]);
    expect(exp(Number.NaN)).toBeNaN();
    expect(exp(-740)).toBe(4.2e-322);
  });

  test("log", () => {
    expect([log(1), log(0), log(Number.POSITIVE_INFINITY)]).toEqual([
      0,
      Number.NEGATIVE_INFINITY,
      Number.POSITIVE_INFINITY,
    ]);
    expect(log(-1)).toBeNaN();
    expect(log(5e-320)).toBeCloseTo(-735.2178, 4);
  });

  test("tanh", () => {
    expect([tanh(0), tanh(50), tanh(-50), tanh(1000)]).toEqual([0, 1, -1, 1]);
  });

  test("pow", () => {
    expect([pow(3, 0), pow(0, 0), pow(0, 2), pow(0, -1), pow(1, 1e9)]).toEqual([
      1,
      1,
      0,
      Number.POSITIVE_INFINITY,
      1,
    ]);
    expect(pow(-2, 0.5)).toBeNaN();
  });
});
