import { describe, expect, test } from "vitest";
import { valueAt } from "../ensemble/variation.ts";
import { LIBRARY } from "../library/library.ts";
import { libraryModel } from "../testing/models.ts";
import { defaultVariations } from "./default-variations.ts";

describe.each(LIBRARY)("what is drawn of %s where nobody says", (name) => {
  const model = libraryModel(name);
  const parameter = (wanted: string) => {
    const found = model.parameters.find((p) => p.name === wanted);
    if (!found) throw new Error(wanted);
    return found;
  };

  test("stays within the model's bounds, a tenth of the value and a tenth of the range", () => {
    for (const variation of defaultVariations(model)) {
      const { value, low, high } = parameter(variation.name);
      for (const u of [1e-9, 0.5, 1 - 1e-9]) {
        const drawn = value * valueAt(variation, u);
        expect(drawn, variation.name).toBeGreaterThanOrEqual(low - 1e-9 * Math.abs(low));
        expect(drawn, variation.name).toBeLessThanOrEqual(high + 1e-9 * Math.abs(high));
        expect(Math.abs(drawn - value) / Math.abs(value), variation.name).toBeLessThanOrEqual(0.1 + 1e-9);
        expect(Math.abs(drawn - value) / (high - low), variation.name).toBeLessThanOrEqual(0.1 + 1e-9);
      }
    }
  });

  test("leaves out what is 0 and what has one possible value, and nothing else", () => {
    const drawn = new Set(defaultVariations(model).map((variation) => variation.name));
    for (const { name: own, value, low, high } of model.parameters)
      expect(drawn.has(own), own).toBe(value !== 0 && low < high);
  });
});

test("constants of nature stand still, and temperatures move by kelvins", () => {
  const model = libraryModel("penicillin-indpensim");
  const drawn = defaultVariations(model);
  for (const constant of ["R_gas", "circle", "per_h", "T0", "Tv", "rho_w"])
    expect(drawn.map(({ name }) => name)).not.toContain(constant);
  const water = drawn.find(({ name }) => name === "Tw");
  expect(water && [valueAt(water, 1e-12) * 288, valueAt(water, 1 - 1e-12) * 288]).toEqual([
    expect.closeTo(285, 6),
    expect.closeTo(291, 6),
  ]);
});
