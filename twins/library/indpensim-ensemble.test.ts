import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { runEnsemble } from "../ensemble/ensemble.ts";
import type { EnsemblePlan } from "../ensemble/plan.ts";
import { parseVariation } from "../ensemble/variation.ts";
import { libraryModel } from "../testing/models.ts";
import { CONTROLLED_TOLERANCE } from "./indpensim-trajectories.ts";
import { libraryFile } from "./library.ts";

const model = libraryModel("penicillin-indpensim");
const plan: EnsemblePlan = {
  modelText: readFileSync(libraryFile("penicillin-indpensim"), "utf8"),
  file: "penicillin-indpensim.twin",
  variations: [parseVariation("Tcin=0.98x..1.02x", model)],
  runs: 9,
  seed: 1,
  sampling: "latin-hypercube",
  method: "rodas4",
  backEnd: "webassembly",
  end: 20,
  ...CONTROLLED_TOLERANCE,
  keepFinals: true,
  outputs: [10, 20],
  controllers: { fault: "none", paaFeed: "recipe" },
};
const at = (name: string) => model.states.findIndex((state) => state.name === name);

test("under controllers an ensemble grows by a few runs at a time: who stops it does not wait", async () => {
  const sizes: number[] = [];
  const result = await runEnsemble(plan, {
    workers: 0,
    onBlock: async ({ from, to }) => {
      sizes.push(to - from);
      await Promise.resolve();
    },
  });
  expect(Math.max(...sizes)).toBeLessThanOrEqual(2);
  expect(result.finished).toBe(9);
});

test("the controllers keep the temperature whatever the coolant's, and what they did is what is measured", async () => {
  const measures = [{ quantity: "T", over: "end" }] as const;
  const { finals, bands } = await runEnsemble({ ...plan, measures }, { workers: 0 });
  for (let run = 0; run < plan.runs; run++)
    expect(finals[run * model.states.length + at("T")]).toBeCloseTo(298, 0);
  expect(bands["T"]?.at(-1)?.quantiles[2]).toBeCloseTo(298, 0);
});

test("the numbers do not depend on the threads, nor a run on the others", async () => {
  const [here, there] = [await runEnsemble(plan, { workers: 0 }), await runEnsemble(plan, { workers: 2 })];
  expect(Buffer.compare(Buffer.from(here.finals.buffer), Buffer.from(there.finals.buffer))).toBe(0);
});
