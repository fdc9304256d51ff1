import { expect, test } from "vitest";
import { DormandPrince, IntegrationError, type RightHandSide } from "./dormand-prince.ts";

/** y' = y cos t, y(0) = 1: y = exp(sin t). Depends on t, so that the nodes are tried too. */
const rhs: RightHandSide = (t, y, dydt) => {
  dydt[0] = (y[0] as number) * Math.cos(t);
};
const exact = (t: number) => Math.exp(Math.sin(t));

function errorWithSteps(steps: number): number {
  const y = Float64Array.of(1);
  const solver = new DormandPrince(rhs, 1);
  for (let i = 0; i < steps; i++) solver.step((5 * i) / steps, 5 / steps, y);
  return Math.abs((y[0] as number) - exact(5));
}

test("fixed steps: halving the step divides the error by 2^5", () => {
  for (const steps of [40, 80]) {
    const order = Math.log2(errorWithSteps(steps) / errorWithSteps(2 * steps));
    expect(order).toBeGreaterThan(4.7);
    expect(order).toBeLessThan(5.5);
  }
});

test("adaptive: the error follows the tolerance", () => {
  for (const rtol of [1e-5, 1e-8, 1e-11]) {
    const y = Float64Array.of(1);
    new DormandPrince(rhs, 1).integrate(0, 5, y, { rtol, atol: rtol });
    expect(Math.abs((y[0] as number) - exact(5))).toBeLessThan(50 * rtol);
  }
});

test("adaptive: a decay a thousand times faster than the interval stays stable", () => {
  const y = Float64Array.of(1);
  const solver = new DormandPrince((_t, state, dydt) => {
    dydt[0] = -1000 * ((state[0] as number) - 2);
  }, 1);
  const { rejected } = solver.integrate(0, 1, y, { rtol: 1e-6, atol: 1e-9 });
  expect(y[0]).toBeCloseTo(2, 5);
  expect(rejected).toBeGreaterThan(0);
});

test("a state that is not finite stops the solver and says when", () => {
  const solver = new DormandPrince((t, _y, dydt) => {
    dydt[0] = t > 0.5 ? Number.NaN : 1;
  }, 1);
  expect(() => solver.integrate(0, 1, Float64Array.of(0), { rtol: 1e-6, atol: 1e-9 })).toThrow(
    IntegrationError,
  );
});
