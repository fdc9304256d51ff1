import { describe, expect, test } from "vitest";
import { saltelliAt, saltelliWidth } from "../ensemble/saltelli.ts";
import { sobolIndices } from "./sobol-indices.ts";

const ROWS = 4096;

/** Evaluates `f` of points in (0, 1)^dimensions over the design. */
function evaluated(
  f: (x: readonly number[]) => number,
  dimensions: number,
  seed = 1,
  rows = ROWS,
): Float64Array {
  const runs = rows * saltelliWidth(dimensions);
  return Float64Array.from({ length: runs }, (_, run) =>
    f(Array.from({ length: dimensions }, (_unused, d) => saltelliAt(seed, run, runs, d, dimensions))),
  );
}

const angle = (u: number) => Math.PI * (2 * u - 1);
const ishigami = ([a = 0, b = 0, c = 0]: readonly number[]) =>
  Math.sin(angle(a)) + 7 * Math.sin(angle(b)) ** 2 + 0.1 * angle(c) ** 4 * Math.sin(angle(a));

test("Ishigami's function: the analytic shares", () => {
  const pi4 = Math.PI ** 4;
  const parts = [0.5 * (1 + (0.1 * pi4) / 5) ** 2, 49 / 8, 0];
  const interaction = pi4 * pi4 * 0.01 * (8 / 225);
  const variance = parts.reduce((a, b) => a + b) + interaction;
  const first = parts.map((part) => part / variance);
  const total = [first[0], first[1], 0].map(
    (share, i) => (share ?? 0) + (i === 1 ? 0 : interaction / variance),
  );
  const designs = [1, 2, 3, 4, 5, 6].map((seed) => sobolIndices(evaluated(ishigami, 3, seed, 2048), 3, seed));
  const mean = (share: (design: (typeof designs)[number]) => number | undefined) =>
    designs.reduce((sum, design) => sum + (share(design) ?? Number.NaN), 0) / designs.length;
  expect(mean((design) => design.variance) / variance).toBeCloseTo(1, 1);
  for (const d of [0, 1, 2]) {
    expect(Math.abs(mean((design) => design.indices?.[d]?.first.value) - (first[d] ?? 9))).toBeLessThan(
      0.025,
    );
    expect(Math.abs(mean((design) => design.indices?.[d]?.total.value) - (total[d] ?? 9))).toBeLessThan(
      0.025,
    );
  }
});

test("the g-function of Sobol: the analytic shares", () => {
  const a = [0, 1, 4.5, 9, 99, 99];
  const g = (x: readonly number[]) =>
    x.reduce((product, u, i) => (product * (Math.abs(4 * u - 2) + (a[i] ?? 0))) / (1 + (a[i] ?? 0)), 1);
  const alone = a.map((one) => 1 / (3 * (1 + one) ** 2));
  const variance = alone.reduce((product, one) => product * (1 + one), 1) - 1;
  const { indices } = sobolIndices(evaluated(g, 6), 6, 1);
  alone.forEach((part, d) => {
    const total =
      (part * alone.reduce((product, one, i) => (i === d ? product : product * (1 + one)), 1)) / variance;
    expect(Math.abs((indices?.[d]?.first.value ?? 9) - part / variance), `first ${d}`).toBeLessThan(0.05);
    expect(Math.abs((indices?.[d]?.total.value ?? 9) - total), `total ${d}`).toBeLessThan(0.03);
  });
});

test("the 95 % intervals hold the analytic share in about 95 of 100 designs", () => {
  const linear = ([a = 0, b = 0]: readonly number[]) => 3 * a + b;
  const held = { first: 0, total: 0 };
  for (let seed = 1; seed <= 100; seed++) {
    const index = sobolIndices(evaluated(linear, 2, seed, 128), 2, seed).indices?.[0];
    for (const which of ["first", "total"] as const)
      if (index && index[which].low <= 0.9 && index[which].high >= 0.9) held[which]++;
  }
  expect(held.first).toBeGreaterThanOrEqual(85);
  expect(held.total).toBeGreaterThanOrEqual(85);
});

describe("what cannot be ranked", () => {
  test("a result that does not vary has no shares", () => {
    expect(
      sobolIndices(
        evaluated(() => 3, 2, 1, 64),
        2,
        1,
      ),
    ).toMatchObject({ indices: undefined, rows: 64 });
  });

  test("rows with a failed run are left out and counted", () => {
    const values = evaluated(ishigami, 3, 1, 64);
    values[7] = Number.NaN;
    expect(sobolIndices(values, 3, 1)).toMatchObject({ rows: 63, left: 1 });
  });
});
