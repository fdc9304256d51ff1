import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { testBalances } from "../language/balances.ts";
import { readModel } from "../language/read-model.ts";
import { chooseMethod } from "../solvers/choose.ts";
import { BACK_ENDS, nominal, runAll } from "../testing/models.ts";
import { LIBRARY, loadLibraryModel } from "./library.ts";

/**
 * States at the end, model by model. CHO: C++ Dormand-Prince at 1e-12. The others: the equations typed
 * again in Python, scipy Radau at 1e-10 or 1e-11.
 */
const REFERENCE: Record<string, { set?: Record<string, number>; end: number[] }[]> = {
  "cho-fed-batch": [{ end: [2.028, 13.74, 2.5678, 18.9308, 0.0597423, 107.077, 2.948, 3903.06] }],
  "cho-fed-batch-oxygen": [
    { end: [2.028, 13.74, 2.5678, 18.9308, 0.0597423, 107.077, 2.948, 3903.06, 0.0894378, 39.999, 0.293027] },
  ],
  "cho-bioreactor": [
    {
      end: [
        2.028, 13.7399661, 2.56779801, 18.9307915, 0.0597422459, 107.076848, 2.94800466, 3903.06094,
        0.180052584, 7.13421775, 1, 0.0379733864, 1.58312807, 121.273254, 309.95, 309.95,
      ],
    },
  ],
  "ecoli-fed-batch": [
    { end: [2.03977987, 6.0122465, 0.0503738389, 0.351950854, 32.6999115, 32.2153925] },
    {
      set: { kLa: 100 },
      end: [2.03977987, 4.92618123, 0.394214818, 0.377149074, 8.28438999e-5, 8.30037532e-5],
    },
  ],
  "penicillin-birol": [
    {
      end: [
        14.3686065, 1.59861739, 0.00323604501, 0.660719615, 91.330158, 5.6442742e-6, 297.829797, 2.58217596,
        1,
      ],
    },
  ],
};

const read = async (file: URL): Promise<Uint8Array> => readFile(file);

describe.each(LIBRARY)("%s", (name) => {
  test("reads without errors or warnings, and every parameter has a source or says what it is", async () => {
    const { model, warnings } = await loadLibraryModel(name, read);
    expect(warnings).toEqual([]);
    expect(model.title).not.toBe("");
    expect(model.source).not.toBe("");
    for (const parameter of model.parameters)
      expect(`${parameter.text}${parameter.source}`, parameter.name).not.toBe("");
  });

  test("keeps its balances at a hundred states along and off the trajectory", async () => {
    const { model } = await loadLibraryModel(name, read);
    const { method } = chooseMethod(model);
    const outputs = Float64Array.from({ length: 50 }, (_, i) => ((i + 0.5) * model.time.end) / 50);
    const { samples } = runAll((BACK_ENDS[0] as (typeof BACK_ENDS)[number]).compile(model, method), {
      outputs,
    });
    const states = model.states.length;
    const points = [...outputs].flatMap((t, k) => {
      const y = samples.slice(k * states, (k + 1) * states);
      const inputs = Float64Array.from(
        model.inputs,
        (input) => input.schedule.findLast((c) => c.time <= t)?.value ?? 0,
      );
      const off = y.map((value, i) => value * (1 + 0.3 * Math.sin(k + i)));
      return [
        { t, y, inputs },
        { t, y: off, inputs },
      ];
    });
    const results = testBalances(model, points);
    expect(results.length).toBeGreaterThanOrEqual(3);
    for (const { name: balance, worst } of results) expect(worst, balance).toBeLessThan(1e-9);
  });

  test.each(REFERENCE[name] ?? [])("agrees with an independent solver, $set", async ({ set = {}, end }) => {
    const { model } = await loadLibraryModel(name, read);
    const { method } = chooseMethod(model);
    const parameters = nominal(model);
    model.parameters.forEach((p, i) => {
      parameters[i] = set[p.name] ?? p.value;
    });
    for (const { compile } of BACK_ENDS) {
      const { outcomes, finals } = runAll(compile(model, method), {}, [parameters]);
      expect(outcomes[0]?.failure).toBeUndefined();
      end.forEach((value, i) =>
        expect((finals[i] as number) / value, model.states[i]?.name).toBeCloseTo(1, 4),
      );
    }
  });
});

test("a name that is not there is answered with the nearest", async () => {
  await expect(loadLibraryModel("cho-fed-bach", read)).rejects.toThrow(
    'no model "cho-fed-bach" in the library: did you mean cho-fed-batch?',
  );
});

test("a balance that does not hold is found", async () => {
  const text = new TextDecoder().decode(await read(new URL("./cho-fed-batch.twin", import.meta.url)));
  const { model } = readModel(text.replace("- D * mAb\n\nsensors", "\n\nsensors"), "without dilution");
  const point = {
    t: 100,
    y: Float64Array.of(1.6, 5, 0.5, 30, 3, 20, 2, 100),
    inputs: Float64Array.of(0.001),
  };
  const broken = testBalances(model, [point]).filter((result) => result.worst > 1e-6);
  expect(broken.map((result) => result.name)).toEqual(["antibody"]);
});
