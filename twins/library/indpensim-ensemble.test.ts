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

test("the bytes do not depend on the threads, the back end, or the other runs", async () => {
  const here = await runEnsemble(plan, { workers: 0 });
  const others = [
    await runEnsemble(plan, { workers: 2, threadsFrom: 0 }),
    await runEnsemble({ ...plan, backEnd: "javascript" }, { workers: 0 }),
  ];
  for (const { finals } of others)
    expect(Buffer.compare(Buffer.from(here.finals.buffer), Buffer.from(finals.buffer))).toBe(0);
});

test("a batch whose equations stop giving numbers is reported as that, with the time; the others go on", async () => {
  // Half of the runs draw cooling water above 285 K: after 5 h the root has no value in them.
  const modelText = plan.modelText.replace(
    "dAge/dt = per_h * X",
    "dAge/dt = per_h * X * sqrt(max(285 - Tcin, 5 - t / 1 h))",
  );
  expect(modelText).not.toBe(plan.modelText);
  const { failed, finished } = await runEnsemble({ ...plan, modelText, runs: 4 }, { workers: 0 });
  expect(finished).toBe(2);
  const told = {
    reason: "non-finite-state",
    detail: expect.stringMatching(/dAge\/dt is NaN right after (5|4\.99\d*)$/),
  };
  expect(failed).toEqual([expect.objectContaining(told), expect.objectContaining(told)]);
});
