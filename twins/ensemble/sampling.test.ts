import { describe, expect, test } from "vitest";
import { philox, uniformAt } from "./counter-random.ts";
import { latinHypercubeAt } from "./latin-hypercube.ts";
import { normalShare, standardNormal } from "./normal.ts";
import { QuantileSketch } from "./quantile-sketch.ts";
import { MOST_SOBOL_DIMENSIONS, sobolAt } from "./sobol.ts";

test("Philox4x32-10 gives its published answers", () => {
  const hex = (words: readonly number[]) => words.map((w) => w.toString(16).padStart(8, "0")).join(" ");
  const ones = 0xffffffff;
  expect(hex(philox([0, 0, 0, 0], [0, 0]))).toBe("6627e8d5 e169c58d bc57ac4c 9b00dbd8");
  expect(hex(philox([ones, ones, ones, ones], [ones, ones]))).toBe("408f276d 41c83b0e a20bc7c6 6d5451fd");
  expect(hex(philox([0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0]))).toBe(
    "d16cfe09 94fdcceb 5001e420 24126ea1",
  );
});

test("uniform numbers lie inside (0, 1) and have mean 1/2 and variance 1/12", () => {
  const values = Array.from({ length: 20_000 }, (_, run) => uniformAt(7, run, 3));
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length;
  expect(Math.min(...values)).toBeGreaterThan(0);
  expect(Math.max(...values)).toBeLessThan(1);
  expect(mean).toBeCloseTo(0.5, 2);
  expect(variance).toBeCloseTo(1 / 12, 2);
});

describe("Latin hypercube", () => {
  test.each([1, 2, 7, 100, 1000])("of %d runs: every stratum of every dimension is used once", (runs) => {
    for (const dimension of [0, 1, 5]) {
      const strata = Array.from({ length: runs }, (_, run) =>
        Math.floor(latinHypercubeAt(42, run, runs, dimension) * runs),
      );
      expect(new Set(strata).size).toBe(runs);
    }
  });

  test("dimensions and seeds are not correlated", () => {
    const column = (seed: number, dimension: number) =>
      Array.from({ length: 2000 }, (_, run) => latinHypercubeAt(seed, run, 2000, dimension) - 0.5);
    const correlation = (a: number[], b: number[]) =>
      (12 * a.reduce((sum, x, i) => sum + x * (b[i] as number), 0)) / a.length;
    expect(Math.abs(correlation(column(1, 0), column(1, 1)))).toBeLessThan(0.08);
    expect(Math.abs(correlation(column(1, 0), column(2, 0)))).toBeLessThan(0.08);
  });
});

describe("Sobol sequence", () => {
  test("any 2^k points use every one of 2^k strata once, in every dimension", () => {
    for (let dimension = 0; dimension < MOST_SOBOL_DIMENSIONS; dimension++) {
      for (const runs of [2, 16, 256, 1024]) {
        const strata = Array.from({ length: runs }, (_, run) =>
          Math.floor(sobolAt(3, run, dimension) * runs),
        );
        expect(new Set(strata).size, `dimension ${dimension}, ${runs} runs`).toBe(runs);
      }
    }
  });

  test.each([
    [10, [512, 768, 256, 670, 763, 87]],
    [63, [512, 768, 256, 450, 437, 457]],
    [127, [512, 256, 768, 330, 121, 557]],
  ])(
    "dimension %i: before the shift, scipy's points (scipy.stats.qmc.Sobol, in 1/1024)",
    (dimension, expected) => {
      const cell = (run: number) => Math.floor(sobolAt(3, run, dimension) * 1024);
      expect([1, 2, 3, 500, 777, 1000].map((run) => cell(run) ^ cell(0))).toEqual(expected);
    },
  );

  test("the first two dimensions fill every elementary box of area 1/256", () => {
    for (const [across, down] of [
      [2, 128],
      [16, 16],
      [64, 4],
    ] as const) {
      const boxes = Array.from({ length: 256 }, (_, run) =>
        [sobolAt(3, run, 0) * across, sobolAt(3, run, 1) * down].map(Math.floor).join(),
      );
      expect(new Set(boxes).size).toBe(256);
    }
  });

  test("integrates a smooth function far better than chance", () => {
    const dimensions = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
    const value = (run: number) =>
      dimensions.reduce((product, d) => product * (1 + 0.5 * (sobolAt(9, run, d) - 0.5)), 1);
    const mean = Array.from({ length: 4096 }, (_, run) => value(run)).reduce((a, b) => a + b, 0) / 4096;
    expect(Math.abs(mean - 1)).toBeLessThan(5e-4);
  });
});

test.each([
  [0.5, 0],
  [0.975, 1.959963984540054],
  [0.001, -3.090232306167813],
  [1e-10, -6.361340902404056],
])("normal quantile of %d", (p, expected) => {
  expect(standardNormal(p)).toBeCloseTo(expected, 12);
});

test("the share below a normal quantile is where it came from", () => {
  for (let x = -8; x <= 8; x += 0.37) {
    const share = normalShare(x);
    if (share < 0.999) expect(standardNormal(share)).toBeCloseTo(x, 9);
    expect(share + normalShare(-x)).toBeCloseTo(1, 14);
  }
  expect(normalShare(1.959963984540054)).toBeCloseTo(0.975, 14);
  expect(normalShare(-4.0001) / normalShare(-3.9999)).toBeCloseTo(Math.exp(-0.0002 * 4.2257), 7);
  expect([normalShare(Number.NEGATIVE_INFINITY), normalShare(Number.POSITIVE_INFINITY)]).toEqual([0, 1]);
});

describe("quantile sketch", () => {
  const values = Array.from({ length: 10_001 }, (_, i) => (i - 2000) * 0.37);

  test("is right to 0.1 % of the value, below zero as well", () => {
    const sketch = new QuantileSketch();
    for (const value of values) sketch.add(value);
    const fractions = [0, 0.05, 0.5, 0.95, 1];
    sketch.quantiles(fractions).forEach((quantile, i) => {
      const exact = values[Math.round((fractions[i] as number) * 10_000)] as number;
      expect(Math.abs(quantile - exact)).toBeLessThanOrEqual(Math.abs(exact) * 0.001 + 0.37);
    });
  });

  test("adds up to the same, however the stream was shared", () => {
    const [whole, left, right] = [new QuantileSketch(), new QuantileSketch(), new QuantileSketch()];
    values.forEach((value, i) => {
      whole.add(value);
      (i % 3 === 0 ? left : right).add(value);
    });
    right.merge(left.entries());
    expect(right.quantiles([0.1, 0.5, 0.9])).toEqual(whole.quantiles([0.1, 0.5, 0.9]));
  });

  test("one value, or values within one bucket, are themselves", () => {
    const sketch = new QuantileSketch();
    for (const value of [1.5, 1.5, 1.5]) sketch.add(value);
    expect(sketch.quantiles([0, 0.5, 1])).toEqual([1.5, 1.5, 1.5]);
    sketch.add(1.5001);
    const [least, middle, largest] = sketch.quantiles([0, 0.5, 1]) as [number, number, number];
    expect([least, largest]).toEqual([1.5, 1.5001]);
    expect(middle).toBeGreaterThanOrEqual(1.5);
    expect(middle).toBeLessThanOrEqual(1.5001);
  });

  test("holds a million values in hardly more room than ten thousand", () => {
    const room = (count: number) => {
      const sketch = new QuantileSketch();
      for (let i = 0; i < count; i++) sketch.add(10 + 2 * standardNormal(uniformAt(1, i, 0)));
      expect(sketch.total).toBe(count);
      return sketch.entries().counts.length;
    };
    expect(room(1_000_000)).toBeLessThan(2 * room(10_000));
  });

  test("signs are counted, also of sketches put together", () => {
    const [one, other] = [new QuantileSketch(), new QuantileSketch()];
    for (const value of [-3, -1e-12, 0, 2, 1e-3]) one.add(value);
    for (const value of [-7, 5]) other.add(value);
    one.merge(other.entries());
    expect(one.signs()).toEqual({ above: 3, below: 2 });
  });

  test("nothing added: not a number", () => {
    expect(new QuantileSketch().quantiles([0.5])).toEqual([Number.NaN]);
  });
});
