import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readModel } from "../language/read-model.ts";
import { libraryFile } from "../library/library.ts";
import { runEnsemble } from "./ensemble.ts";
import type { EnsemblePlan } from "./plan.ts";
import { replayRun } from "./replay.ts";
import { parseVariation } from "./variation.ts";

const modelText = readFileSync(libraryFile("cho-fed-batch"), "utf8");
const { model } = readModel(modelText, "cho-fed-batch.twin");

const plan = (
  given: Partial<EnsemblePlan> = {},
  vary = ["mu_max=normal(0.039,5%)", "feed=0.5x..2x"],
): EnsemblePlan => ({
  modelText,
  file: "cho-fed-batch.twin",
  variations: vary.map((text) => parseVariation(text, model)),
  runs: 600,
  seed: 1,
  sampling: "latin-hypercube",
  method: "dp5",
  backEnd: "webassembly",
  end: 336,
  rtol: 1e-6,
  atol: 1e-9,
  keepFinals: true,
  outputs: [0, 168, 336],
  ...given,
});

test("the same numbers with no worker, one or two, in JavaScript or WebAssembly", async () => {
  const alone = await runEnsemble(plan(), { workers: 0 });
  expect(alone).toMatchObject({ runs: 600, finished: 600, complete: true, failed: [] });
  for (const workers of [1, 2]) expect(await runEnsemble(plan(), { workers })).toEqual(alone);
  expect(await runEnsemble(plan({ backEnd: "javascript" }), { workers: 0 })).toEqual(alone);
});

test("bands are ordered, start together and widen", async () => {
  const { bands } = await runEnsemble(plan(), { workers: 0 });
  for (const band of bands["mAb"] ?? [])
    expect([...band.quantiles].sort((a, b) => a - b)).toEqual(band.quantiles);
  const width = (k: number) =>
    (bands["Xv"]?.[k]?.quantiles.at(-1) ?? 0) - (bands["Xv"]?.[k]?.quantiles[0] ?? 0);
  expect(width(0)).toBe(0);
  expect(width(1)).toBeGreaterThan(0.5);
});

test("any run can be drawn again by its index, to the last bit", async () => {
  const { finals } = await runEnsemble(plan(), { workers: 2 });
  for (const index of [0, 17, 599]) {
    const { final, outcome, values, course } = replayRun(plan(), index);
    expect(final).toEqual(finals.slice(index * 8, index * 8 + 8));
    expect(outcome).toMatchObject({ index, failure: undefined });
    expect(Object.keys(values)).toEqual(["mu_max", "feed"]);
    expect(course["mAb"]).toHaveLength(3);
  }
  expect(() => replayRun(plan(), 600)).toThrow(
    "run 600 is not in an ensemble of 600: they are numbered 0 .. 599",
  );
});

test("cancelling keeps what is done and says that it is partial", async () => {
  const stop = new AbortController();
  const seen: number[] = [];
  const result = await runEnsemble(plan({ runs: 5000 }), {
    workers: 0,
    signal: stop.signal,
    progress: ({ done }) => {
      seen.push(done);
      if (done >= 500) stop.abort();
    },
  });
  expect(seen).toEqual([250, 500]);
  expect(result).toMatchObject({ runs: 5000, finished: 500, complete: false });
  expect(result.finals.slice(0, 8).every(Number.isFinite)).toBe(true);
  expect(result.finals.slice(-8).every(Number.isNaN)).toBe(true);
});

test("runs that fail are listed with their values, the others count", async () => {
  const { failed, failedCount, finished, complete } = await runEnsemble(
    plan({ runs: 100 }, ["X_0=-50..200", "mu_max=0.03..0.04"]),
    {
      workers: 1,
    },
  );
  expect(complete).toBe(true);
  expect(failedCount + finished).toBe(100);
  expect(failed).toHaveLength(20);
  for (const run of failed) {
    expect(run.reason).toBe("start-out-of-bounds");
    expect(run.values[0]).toBeLessThan(0);
  }
});

test("an ensemble without runs is refused", async () => {
  await expect(runEnsemble(plan({ runs: 0 }), { workers: 0 })).rejects.toThrow(
    "an ensemble has at least 1 run, not 0",
  );
});

test("without the last states, memory does not grow with the runs", async () => {
  expect((await runEnsemble(plan({ keepFinals: false }), { workers: 1 })).finals).toHaveLength(0);
});

test("Sobol sampling gives nearly the same bands, and refuses more dimensions than it has", async () => {
  const [latin, sobol] = await Promise.all(
    (["latin-hypercube", "sobol"] as const).map((sampling) =>
      runEnsemble(plan({ sampling, runs: 1024 }), { workers: 0 }),
    ),
  );
  const median = (result: typeof latin) => result?.bands["mAb"]?.at(-1)?.quantiles[2] ?? Number.NaN;
  expect(median(sobol) / median(latin)).toBeCloseTo(1, 1);
  const eleven = model.parameters.slice(0, 11).map((p) => `${p.name}=0.9x..1.1x`);
  await expect(runEnsemble(plan({ sampling: "sobol" }, eleven), { workers: 0 })).rejects.toThrow(
    "Sobol sampling varies at most 10 quantities; use a Latin hypercube",
  );
});
