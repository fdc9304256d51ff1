import { describe, expect, test } from "vitest";
import { BACK_ENDS, libraryModel, nominal, runAll, spread } from "../testing/models.ts";
import { DP5 } from "./dp5.ts";
import { RODAS4 } from "./rodas4.ts";
import type { Method } from "./step.ts";

const { compile } =
  BACK_ENDS.find(({ name }) => name === "WebAssembly") ?? (BACK_ENDS[0] as (typeof BACK_ENDS)[number]);

interface Work {
  readonly steps: number;
  /** Largest relative difference from the reference; sizes below 1e-3 count as 1e-3. */
  readonly error: number;
}

const CASES: [string, string, Method, Record<string, number>][] = [
  ["CHO, Dormand-Prince", "cho-fed-batch", DP5, {}],
  ["CHO, Rodas4", "cho-fed-batch", RODAS4, {}],
  ["CHO with oxygen, Rodas4", "cho-fed-batch-oxygen", RODAS4, {}],
  ["E. coli, Rodas4", "ecoli-fed-batch", RODAS4, {}],
  ["E. coli short of oxygen, Rodas4", "ecoli-fed-batch", RODAS4, { kLa: 100 }],
];

describe("a tighter tolerance costs steps and buys accuracy, against our own run at 1e-11", () => {
  test.each(CASES)("%s", (_, name, method, set) => {
    const model = libraryModel(name);
    const parameters = nominal(model);
    model.parameters.forEach((p, i) => {
      parameters[i] = set[p.name] ?? p.value;
    });
    const kernel = compile(model, method);
    const reference = runAll(kernel, { rtol: 1e-11, atol: 1e-14, maxSteps: 1e7 }, [parameters]).finals;
    const work = [1e-4, 1e-6, 1e-8].map((rtol): Work => {
      const { finals, outcomes } = runAll(kernel, { rtol, atol: rtol * 1e-3 }, [parameters]);
      const errors = finals.map((value, i) => {
        const exact = reference[i] as number;
        return Math.abs(value - exact) / Math.max(1e-3, Math.abs(exact));
      });
      return { steps: outcomes[0]?.steps ?? Number.NaN, error: Math.max(...errors) };
    });
    const [loose, usual, tight] = work as [Work, Work, Work];
    expect(loose.steps).toBeLessThan(usual.steps);
    expect(usual.steps).toBeLessThan(tight.steps);
    expect(usual.error).toBeLessThan(loose.error);
    expect(tight.error).toBeLessThan(usual.error);
    expect(usual.error).toBeLessThan(1e-4);
    expect(tight.error).toBeLessThan(2e-6);
  });
});

test("where oxygen is short an explicit method gives up, and says so", () => {
  const model = libraryModel("ecoli-fed-batch");
  const parameters = nominal(model);
  parameters[model.parameters.findIndex((p) => p.name === "kLa")] = 100;
  const { outcomes } = runAll(compile(model, DP5), {}, [parameters]);
  expect(outcomes[0]?.failure?.reason).toBe("too-many-steps");
});

test("Dormand-Prince and Rodas4 agree on a hundred spread cultures", () => {
  const model = libraryModel("cho-fed-batch");
  const rows = spread(model, 100);
  const [explicit, implicit] = [DP5, RODAS4].map(
    (method) => runAll(compile(model, method), { rtol: 1e-8, atol: 1e-11 }, rows).finals,
  );
  explicit?.forEach((value, i) => {
    const other = implicit?.[i] ?? Number.NaN;
    expect(Math.abs(value - other)).toBeLessThan(2e-5 * Math.max(1e-2, Math.abs(other)));
  });
});
