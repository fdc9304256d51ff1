import { expect, test } from "vitest";
import type { TwinModel } from "../language/model.ts";
import { readModel } from "../language/read-model.ts";
import { BACK_ENDS, libraryModel, runAll, spread } from "../testing/models.ts";
import { DP5 } from "./dp5.ts";
import { RODAS4 } from "./rodas4.ts";
import type { Method } from "./step.ts";

const { compile } =
  BACK_ENDS.find(({ name }) => name === "WebAssembly") ?? (BACK_ENDS[0] as (typeof BACK_ENDS)[number]);

/** y' = -k (y - cos t): smooth, but stability bounds every step of an explicit method. */
const RELAXATION = readModel(
  `model relaxation
time t until 10 h
parameters
  k = 500 /h
  one = 1 /h
states
  y = 0
  c = 1
  s = 0
equations
  dy/dt = -k * (y - c)
  dc/dt = -one * s
  ds/dt = one * c
`,
  "relaxation.twin",
).model;

/** Of all attempts over forty spread parameter sets. */
function refusedShare(model: TwinModel, method: Method): number {
  const { outcomes } = runAll(compile(model, method), {}, spread(model, 40));
  expect(outcomes.filter(({ failure }) => failure)).toEqual([]);
  const total = (of: "steps" | "rejects") => outcomes.reduce((sum, outcome) => sum + outcome[of], 0);
  return total("rejects") / (total("steps") + total("rejects"));
}

const integral = (method: Method): Method => ({
  ...method,
  control: { ...method.control, safety: 0.9, proportional: 0, predictive: false },
});

test("at the stability limit integral control oscillates, and the proportional part calms it", () => {
  expect(refusedShare(RELAXATION, integral(DP5))).toBeGreaterThan(0.03);
  expect(refusedShare(RELAXATION, DP5)).toBeLessThan(0.01);
});

test("the prediction of Rodas4 spares most refusals where the culture speeds up", () => {
  const model = libraryModel("ecoli-fed-batch");
  expect(refusedShare(model, RODAS4)).toBeLessThan(0.5 * refusedShare(model, integral(RODAS4)));
});

test.each([DP5, RODAS4])("only accepted steps of $name are remembered", (method) => {
  const { commits } = compile(RELAXATION, method).program;
  const memory = commits.filter(({ slot }) => slot === "errorBefore" || slot === "hBefore");
  expect(memory.length).toBeGreaterThan(0);
  expect(memory.every(({ onlyIfAccepted }) => onlyIfAccepted)).toBe(true);
});
