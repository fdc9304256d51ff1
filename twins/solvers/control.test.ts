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

test("runs without a kink differ little in their error between controls: what a kink does is its own", () => {
  const model = libraryModel("penicillin-birol");
  const rows = spread(model, 30);
  const place = (name: string) => model.parameters.findIndex((p) => p.name === name);
  for (const row of rows) for (const gain of ["g_base", "g_cool"]) row[place(gain)] = 0;
  const run = (method: Method, rtol: number) =>
    runAll(compile(model, method), { rtol, atol: rtol * 1e-3, maxSteps: 1e6 }, rows);
  const reference = run(RODAS4, 1e-10);
  const [ours, plain] = [run(RODAS4, 1e-5), run(integral(RODAS4), 1e-5)];
  const n = model.states.length;
  const error = ({ finals }: typeof ours, k: number) =>
    Math.max(
      ...Array.from({ length: n }, (_, i) => {
        const exact = reference.finals[k * n + i] as number;
        return Math.abs((finals[k * n + i] as number) - exact) / Math.max(1e-3, Math.abs(exact));
      }),
    );
  const ended = rows.flatMap((_, k) =>
    [reference, ours, plain].some(({ outcomes }) => outcomes[k]?.failure) ? [] : [k],
  );
  expect(ended.length).toBeGreaterThan(20);
  for (const k of ended) expect(error(ours, k) / error(plain, k)).toBeLessThan(8);
});
