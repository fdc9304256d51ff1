import { unitByUcum } from "@helix/hal";
import { DormandPrince, namedStates, stateAfterReferenceRecipe, stateIndex } from "@helix/twins";
import { describe, expect, test } from "vitest";
import { choFedBatch } from "./cho-fed-batch.ts";

const parameter = (name: string): number => {
  const found = choFedBatch.parameters[name];
  if (!found) throw new RangeError(`no parameter ${name}`);
  return found.value;
};

describe("cho-fed-batch", () => {
  test("the reference batch ends where an independent solver puts it, after 14 days", () => {
    const end = namedStates(choFedBatch, stateAfterReferenceRecipe(choFedBatch, 336));
    expect(end.volume).toBeCloseTo(2.028, 3);
    expect(end.viable_cell_density).toBeCloseTo(13.74, 3);
    expect(end.dead_cell_density).toBeCloseTo(2.568, 3);
    expect(end.glucose).toBeCloseTo(18.931, 3);
    expect(end.glutamine).toBeCloseTo(0.0597, 4);
    expect(end.lactate).toBeCloseTo(107.08, 2);
    expect(end.ammonium).toBeCloseTo(2.948, 3);
    expect(end.titer).toBeCloseTo(3.90306, 5);
  });

  test("volume: what was fed, and nothing else", () => {
    const fed = Array.from({ length: 14 }, (_, day) => 24 * choFedBatch.referenceFeed(24 * day));
    const end = namedStates(choFedBatch, stateAfterReferenceRecipe(choFedBatch, 336));
    expect(end.volume).toBeCloseTo(
      fed.reduce((sum, litres) => sum + litres, 1.5),
      9,
    );
  });

  test("glucose without cells: amount in the vessel grows by the amount fed", () => {
    const y = choFedBatch.initialState();
    y[stateIndex(choFedBatch, "viable_cell_density")] = 0;
    const feed = 0.01;
    const solver = new DormandPrince(
      (_t, state, dydt) => choFedBatch.rightHandSide(state, dydt, { feed, temperature: 36.8 }),
      y.length,
    );
    solver.integrate(0, 24, y, { rtol: 1e-10, atol: 1e-12 });
    const end = namedStates(choFedBatch, y);
    const amount = (end.glucose ?? NaN) * (end.volume ?? NaN);
    expect(amount).toBeCloseTo(35 * 1.5 + 24 * feed * parameter("feedGlucose"), 7);
  });

  test("lactate made is the stated share of the glucose consumed", () => {
    const y = stateAfterReferenceRecipe(choFedBatch, 100);
    const dydt = new Float64Array(y.length);
    choFedBatch.rightHandSide(y, dydt, { feed: 0, temperature: 36.8 });
    const consumed = -(dydt[stateIndex(choFedBatch, "glucose")] ?? NaN);
    expect(dydt[stateIndex(choFedBatch, "lactate")]).toBeCloseTo(
      parameter("lactatePerGlucose") * consumed,
      12,
    );
  });

  test("growth: fastest near 36.4 Cel, a third at 33 Cel", () => {
    const y = choFedBatch.initialState();
    const growthAt = (temperature: number) => {
      const dydt = new Float64Array(y.length);
      choFedBatch.rightHandSide(y, dydt, { feed: 0, temperature });
      return dydt[stateIndex(choFedBatch, "viable_cell_density")] ?? NaN;
    };
    expect(growthAt(36.4)).toBeGreaterThan(growthAt(36.8));
    expect(growthAt(33) / growthAt(36.8)).toBeCloseTo(0.31, 2);
  });

  test("every state has a unit that HELIX knows", () => {
    for (const { name, unit } of choFedBatch.states) expect(unitByUcum(unit), name).toBeDefined();
  });
});
