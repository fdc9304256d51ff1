import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Gpu, openGpu } from "../gpu/device.ts";
import { missingSoftwareGpu, useSoftwareGpu } from "../gpu/testing/software-gpu.ts";
import { readModel } from "../language/read-model.ts";
import { libraryFile } from "../library/library.ts";
import { runEnsemble } from "./ensemble.ts";
import { startGpuEnsembles } from "./gpu-ensembles.ts";
import type { EnsemblePlan } from "./plan.ts";
import { parseVariation } from "./variation.ts";

const missing = missingSoftwareGpu();
const modelText = readFileSync(libraryFile("cho-fed-batch"), "utf8");
const { model } = readModel(modelText, "cho-fed-batch.twin");

const plan = (given: Partial<EnsemblePlan> = {}): EnsemblePlan => ({
  modelText,
  file: "cho-fed-batch.twin",
  variations: ["mu_max=normal(0.039,5%)", "feed=0.5x..2x"].map((text) => parseVariation(text, model)),
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

describe.skipIf(missing !== undefined)(
  `ensembles on a graphics device${missing ? ` (skipped: ${missing})` : ""}`,
  () => {
    let gpu: Gpu;
    beforeAll(async () => {
      useSoftwareGpu();
      gpu = await openGpu();
    });
    afterAll(() => gpu.close());

    test("the bands are those of 64 bits within the resolution of the quantiles, and every run is accounted for", async () => {
      await using engine = startGpuEnsembles(gpu);
      const [ours, double] = [await engine.run(plan()), await runEnsemble(plan(), { workers: 0 })];
      expect(ours).toMatchObject({ runs: 600, finished: 600, failedCount: 0, complete: true });
      expect(engine.left).toBe(0);
      for (const [state, bands] of Object.entries(double.bands)) {
        const largest = Math.max(...bands.flatMap((band) => band.quantiles));
        for (const [k, band] of bands.entries()) {
          for (const [q, value] of band.quantiles.entries()) {
            const own = ours.bands[state]?.[k]?.quantiles[q] ?? Number.NaN;
            expect(Math.abs(own - value) / largest, `${state} ${band.time} ${q}`).toBeLessThan(0.01);
          }
        }
      }
    });

    test("the difference from 64 bits is measured on a sample, and named", async () => {
      await using engine = startGpuEnsembles(gpu);
      const agreement = await engine.agreement(plan());
      expect(agreement.compared).toBe(64);
      expect(agreement.largestDifference).toBeGreaterThan(0);
      expect(agreement.largestDifference).toBeLessThan(1e-4);
      expect(model.states.map((state) => state.name)).toContain(agreement.state);
    });

    test("runs that cannot start or explode are reported as in 64 bits, and the others finish", async () => {
      const text =
        "model blow\ntime t until 1 h\nparameters\n  x_0 = 1\n  k = 1 /h\nstates\n" +
        "  x = x_0 within 0 .. 200\nequations\n  dx/dt = k * x * x\n";
      const blow = readModel(text, "blow.twin").model;
      const variations = ["x_0=-0.5..1.5", "k=0..2"].map((rule) => parseVariation(rule, blow));
      const given = plan({
        modelText: text,
        file: "blow.twin",
        variations,
        runs: 50,
        end: 1,
        outputs: [0, 1],
      });
      await using engine = startGpuEnsembles(gpu);
      const [ours, double] = [await engine.run(given), await runEnsemble(given, { workers: 0 })];
      expect(new Set(double.failed.map((run) => run.reason)).size).toBe(2);
      expect(ours.failed).toEqual(double.failed);
      expect(engine.left).toBe(double.failedCount);
    });

    test("strategies under the same draws, each with its own pieces of the schedule", async () => {
      const strategies = [
        { name: "as it is", settings: [] },
        { name: "more feed", settings: [parseVariation("feed[6..14]=1.2x", model)] },
      ];
      await using engine = startGpuEnsembles(gpu);
      const given = plan({ strategies, runs: 40 });
      const [ours, double] = [await engine.run(given), await runEnsemble(given, { workers: 0 })];
      expect(engine.left).toBe(0);
      ours.finals.forEach((value, i) => {
        const reference = double.finals[i] as number;
        expect(Math.abs(value - reference)).toBeLessThan(1e-3 * Math.abs(reference) + 1e-3);
      });
    });
  },
);
