import { expect, test } from "vitest";
import { cashKarpContender } from "./cash-karp.ts";
import { ourContender } from "./ours.ts";
import { readProblem } from "./problem.ts";
import { type PrecisionCurve, secondsAt, type WorkPrecision } from "./work-precision.ts";
import { workPrecisionPicture } from "./work-precision-picture.ts";

const curve = (...points: [error: number, seconds: number][]): PrecisionCurve => ({
  name: "a <solver>",
  trajectories: 1,
  points: points.map(([error, seconds], i) => ({ rtol: 10 ** -(i + 3), error, seconds, steps: 1 })),
});

test("at an equal error: between the tolerances around it, straight in the logarithms", () => {
  const found = curve([1e-3, 1], [1e-5, 4], [1e-7, 16]);
  expect(secondsAt(found, 1e-4)).toBeCloseTo(2, 12);
  expect(secondsAt(found, 1e-7)).toBeCloseTo(16, 12);
});

test("an error that no tolerance reached, or that all bettered, has no time", () => {
  const found = curve([1e-3, 1], [1e-5, 4]);
  expect(secondsAt(found, 1e-6)).toBeUndefined();
  expect(secondsAt(found, 1e-2)).toBeUndefined();
});

test("the picture has a point for every error above 0, and names that are safe in XML", () => {
  const board: WorkPrecision = {
    name: "cho8",
    title: "1 < 2",
    curves: [curve([1e-3, 1e-5], [0, 1e-4], [1e-7, 1e-3])],
    absent: [],
    equalError: { error: 1e-5, solvers: [] },
  };
  const picture = workPrecisionPicture([board]);
  expect(picture.match(/<circle/g)).toHaveLength(2);
  expect(picture).toContain("a &lt;solver&gt;");
  expect(picture).toContain("1 &lt; 2");
  expect(picture).not.toContain("NaN");
});

test("a solver has its colour in every panel, and says where it ran fewer trajectories", () => {
  const one = (name: string, trajectories: number): PrecisionCurve => ({
    ...curve([1e-3, 1]),
    name,
    trajectories,
  });
  const board = (curves: readonly PrecisionCurve[]): WorkPrecision => ({
    name: "cho8",
    title: "",
    curves,
    absent: [],
    equalError: { error: 1e-5, solvers: [] },
  });
  const picture = workPrecisionPicture([
    board([one("first", 50), one("second", 50)]),
    board([one("second", 50), one("third", 1)]),
  ]);
  const colours = [...picture.matchAll(/fill="(#\w+)">second</g)].map(([, colour]) => colour);
  expect(colours).toHaveLength(2);
  expect(new Set(colours).size).toBe(1);
  expect(picture).toContain(">third (1 of 50)<");
});

test("ode45-cash-karp solves the same problem as we do", async () => {
  const whole = await readProblem("cho8");
  const problem = { ...whole, parameters: whole.parameters.slice(0, 5) };
  const peer = await cashKarpContender(problem, 5);
  if ("reason" in peer) throw new Error(peer.reason);
  const { steps, rejects } = await peer.round();
  expect(steps / 5).toBeGreaterThan(50);
  expect(rejects).toBeGreaterThanOrEqual(0);
  const ours = ourContender(problem, "webassembly").solve();
  (await peer.finish()).forEach((value, i) =>
    expect(Math.abs(value - (ours[i] as number))).toBeLessThan(
      1e-4 * Math.max(1, Math.abs(ours[i] as number)),
    ),
  );
});
