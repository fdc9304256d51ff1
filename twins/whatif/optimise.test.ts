import { expect, test } from "vitest";
import { startEnsembles } from "../ensemble/ensemble.ts";
import type { EnsemblePlan } from "../ensemble/plan.ts";
import { parseTargets } from "../ensemble/target.ts";
import { parseVariation } from "../ensemble/variation.ts";
import { readModel } from "../language/read-model.ts";
import { parseLimit } from "./limits.ts";
import { type Decision, optimise } from "./optimise.ts";

/**
 * The yield grows with u (c - u), so the best u is half the mean of c at every time, and the yield is then
 * T c^2 / 4. Where the volume is limited, the rest of it is best spread evenly.
 */
const modelText = `model yield
time t until 96 h
parameters
  c = 4 L/h within 1 .. 7
inputs
  u = 0.5 L/h within 0 .. 8
states
  V = 0 L within 0 .. 1000
  Y = 0 L2/h
equations
  dV/dt = u
  dY/dt = u * (c - u)
`;
const { model } = readModel(modelText, "yield.twin");

const plan: EnsemblePlan = {
  modelText,
  file: "yield.twin",
  variations: [parseVariation("c=normal(4,20%)", model)],
  runs: 100,
  seed: 5,
  sampling: "latin-hypercube",
  method: "dp5",
  backEnd: "webassembly",
  end: 96,
  rtol: 1e-6,
  atol: 1e-9,
  keepFinals: false,
  outputs: [0, 48, 96],
};
const base = { name: "as it is", settings: [] };
const decisions: Decision[] = parseTargets("u[1..4]", model).map((target, i) => ({
  label: `u[${i + 1}]`,
  target,
  low: 0,
  high: 8,
  base: 0.5,
}));

test("finds the known optimum, in both searches", async () => {
  await using engine = startEnsembles(0);
  const question = { quantity: "Y", sense: "largest", decisions, limits: [] } as const;
  const best = await optimise(question, plan, base, engine);
  for (const value of best?.values ?? []) expect(Math.abs(value - 2)).toBeLessThan(0.05);
  expect(best?.values).toHaveLength(4);
  for (const search of best?.searches ?? []) expect(search.best / (96 * 4)).toBeCloseTo(1, 2);
  expect(best?.complete).toBe(true);
  const again = await optimise(question, plan, base, engine);
  expect(again?.values).toEqual(best?.values);
});

test("keeps a limit that lies across the optimum, and comes close to the best within it", async () => {
  await using engine = startEnsembles(0);
  const limits = [parseLimit("V<=96", model)];
  const best = await optimise({ quantity: "Y", sense: "largest", decisions, limits }, plan, base, engine);
  const volume = (best?.values ?? []).reduce((sum, u) => sum + 24 * u, 0);
  expect(volume).toBeLessThanOrEqual(96);
  expect(volume).toBeGreaterThan(94);
  for (const value of best?.values ?? []) expect(Math.abs(value - 1)).toBeLessThan(0.15);
});

test("no profile keeps the limit: none is given", async () => {
  await using engine = startEnsembles(0);
  const limits = [parseLimit("V>=900", model)];
  expect(await optimise({ quantity: "Y", sense: "largest", decisions, limits }, plan, base, engine)).toBe(
    undefined,
  );
});

test("a stopped search gives the best so far and says that it was stopped", async () => {
  await using engine = startEnsembles(0);
  const stop = new AbortController();
  const best = await optimise(
    { quantity: "Y", sense: "largest", decisions, limits: [] },
    plan,
    base,
    engine,
    {
      signal: stop.signal,
      progress: ({ generation }) => generation >= 3 && stop.abort(),
    },
  );
  expect(best).toMatchObject({ complete: false, searches: [{ generations: 3 }] });
});

test.each([
  ["V<2", "--keep V<2: write a quantity, <= or >=, and a number: V<=2.2"],
  ["W<=2", 'yield has no state, sensor or algebraic line "W": did you mean V?'],
])("limit %s is refused", (text, message) => {
  expect(() => parseLimit(text, model)).toThrow(message);
});
