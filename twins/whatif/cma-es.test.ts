import { expect, test } from "vitest";
import { cmaEs } from "./cma-es.ts";
import { symmetricEigen } from "./symmetric-eigen.ts";

/** The best point after so many generations. */
function minimise(f: (x: Float64Array) => number, start: Float64Array, generations: number, seed = 1) {
  const search = cmaEs(start, 0.3, seed);
  let best = { x: start, value: f(start) };
  for (let g = 0; g < generations; g++) {
    const found = search.ask().map((x) => ({ x, value: f(x) }));
    const order = found.map((_, i) => i).sort((a, b) => (found[a]?.value ?? 0) - (found[b]?.value ?? 0));
    search.tell(order);
    const first = found[order[0] ?? 0];
    if (first && first.value < best.value) best = first;
  }
  return { ...best, spread: search.spread() };
}

test("a narrow curved valley: Rosenbrock's function in five dimensions", () => {
  const rosenbrock = (u: Float64Array) => {
    const x = u.map((v) => 4 * v - 2);
    let sum = 0;
    for (let i = 0; i + 1 < x.length; i++)
      sum += 100 * ((x[i + 1] ?? 0) - (x[i] ?? 0) ** 2) ** 2 + (1 - (x[i] ?? 0)) ** 2;
    return sum;
  };
  const { x, value } = minimise(rosenbrock, new Float64Array(5).fill(0.4), 600);
  expect(value).toBeLessThan(1e-8);
  for (const v of x) expect(4 * v - 2).toBeCloseTo(1, 3);
});

test("axes of very different length, turned: an ellipsoid", () => {
  const ellipsoid = (x: Float64Array) => {
    let sum = 0;
    for (let i = 0; i < 6; i++) {
      const along = ((x[i] ?? 0) + (x[(i + 1) % 6] ?? 0) - 1.1) ** 2;
      sum += 10 ** i * along + ((x[i] ?? 0) - 0.55) ** 2;
    }
    return sum;
  };
  expect(minimise(ellipsoid, new Float64Array(6).fill(0.2), 500).value).toBeLessThan(1e-8);
});

test("a minimum in the corner of the box is found there", () => {
  const { x } = minimise((point) => point.reduce((sum, v) => sum + v, 0), new Float64Array(4).fill(0.5), 200);
  for (const v of x) {
    expect(v).toBeGreaterThanOrEqual(0);
    expect(v).toBeLessThan(1e-3);
  }
});

test("steps shrink where the minimum is found, and the same seed gives the same search", () => {
  const sphere = (x: Float64Array) => x.reduce((sum, v) => sum + (v - 0.3) ** 2, 0);
  const one = minimise(sphere, new Float64Array(3).fill(0.9), 120, 7);
  expect(one.spread).toBeLessThan(1e-4);
  expect(minimise(sphere, new Float64Array(3).fill(0.9), 120, 7)).toEqual(one);
});

test("eigenvectors of a symmetric matrix rebuild it", () => {
  const n = 5;
  const matrix = Float64Array.from({ length: n * n }, (_, k) => {
    const [i, j] = [Math.floor(k / n), k % n];
    return 1 / (1 + i + j) + (i === j ? i : 0);
  });
  const { values, vectors } = symmetricEigen(matrix, n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let k = 0; k < n; k++)
        sum += (vectors[i * n + k] ?? 0) * (values[k] ?? 0) * (vectors[j * n + k] ?? 0);
      expect(sum).toBeCloseTo(matrix[i * n + j] ?? 9, 12);
    }
});
