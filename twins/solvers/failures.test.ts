import { describe, expect, test } from "vitest";
import { readModel } from "../language/read-model.ts";
import { BACK_ENDS, runAll } from "../testing/models.ts";
import { DP5 } from "./dp5.ts";
import { RODAS4 } from "./rodas4.ts";

/** Reaches infinity at t = 1 / (k y0): within the run for k > 0.1. */
const MODEL = readModel(
  `model blow-up
time t until 10 h
parameters
  k  = 0.05 /h
  y0 = 1
states
  y = y0 within 0 .. 1000000
equations
  dy/dt = k * y * y
`,
  "blow-up.twin",
).model;

const row = (k: number, y0 = 1) => Float64Array.of(k, y0);
const METHODS = [DP5, RODAS4].flatMap((method) =>
  BACK_ENDS.map((backEnd) => ({ method, ...backEnd, title: `${method.title}, ${backEnd.name}` })),
);

describe.each(METHODS)(
  "a trajectory that fails is reported, the others finish: $title",
  ({ method, compile }) => {
    test("blow-up, and its neighbours", () => {
      const { outcomes, finals } = runAll(compile(MODEL, method), {}, [
        row(0.05),
        row(1),
        row(0.02),
        row(3),
        row(0.01),
      ]);
      expect(outcomes.map((outcome) => outcome.failure?.reason)).toEqual([
        undefined,
        "step-too-small",
        undefined,
        "step-too-small",
        undefined,
      ]);
      expect(outcomes[1]?.time).toBeCloseTo(1, 3);
      for (const [i, k] of [
        [0, 0.05],
        [2, 0.02],
        [4, 0.01],
      ] as const)
        expect(finals[i]).toBeCloseTo(1 / (1 - 10 * k), 4);
    });

    test("parameters that are not finite never start", () => {
      const { outcomes } = runAll(compile(MODEL, method), {}, [
        row(Number.NaN),
        row(0.05),
        row(Number.POSITIVE_INFINITY),
      ]);
      expect(outcomes.map((outcome) => outcome.failure)).toEqual([
        { reason: "non-finite-parameter", detail: "k is NaN" },
        undefined,
        { reason: "non-finite-parameter", detail: "k is Infinity" },
      ]);
    });

    test("a start outside the state's bounds is refused", () => {
      expect(runAll(compile(MODEL, method), {}, [row(0.05, -1)]).outcomes[0]?.failure).toEqual({
        reason: "start-out-of-bounds",
        detail: "y starts at -1, outside 0 .. 1000000",
      });
    });

    test("too many steps", () => {
      const { outcomes } = runAll(compile(MODEL, method), { maxSteps: 5 }, [row(0.05), row(0.05)]);
      expect(outcomes.map((outcome) => outcome.failure?.reason)).toEqual([
        "too-many-steps",
        "too-many-steps",
      ]);
      expect(outcomes[0]?.steps).toBeLessThanOrEqual(5);
    });
  },
);

/** Is empty at 2 (1 - ln 2) / k, and what flows out has no value below that. */
const DRAIN = readModel(
  `model drain
time t until 10 h
parameters
  k = 1 /h
states
  level = 1 within -10 .. 10
equations
  dlevel/dt = -k * (1 + sqrt(level))
`,
  "drain.twin",
).model;

describe.each(METHODS)(
  "an equation without a value is told from one that changes too fast: $title",
  ({ method, compile }) => {
    test("the root of what falls below 0", () => {
      const { outcomes } = runAll(compile(DRAIN, method), {}, [Float64Array.of(1), Float64Array.of(0.01)]);
      expect(outcomes[0]?.failure?.reason).toBe("non-finite-state");
      expect(outcomes[0]?.failure?.detail).toMatch(/^dlevel\/dt is NaN right after 0\.6\d+$/);
      expect(outcomes[1]?.failure).toBeUndefined();
    });
  },
);
