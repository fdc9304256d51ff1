import { describe, expect, test } from "vitest";
import { libraryModel } from "../testing/models.ts";
import { parseVariation, valueAt } from "./variation.ts";

const model = libraryModel("cho-fed-batch");

test.each([
  ["mu_max=normal(0.039,5%)", 0.5, 0.039],
  ["mu_max=normal(0.039, 5%)", 0.8413447460685429, 0.039 * 1.05],
  ["feed=0.5x..2x", 0.25, 0.875],
  ["X_0=0.3..0.7", 0.75, 0.6],
  ["X_0=uniform(0.3,0.7)", 0.25, 0.4],
  ["K_glc=0.1", 0.3, 0.1],
])("%s at quantile %d", (text, quantile, expected) => {
  expect(valueAt(parseVariation(text, model), quantile)).toBeCloseTo(expected, 10);
});

test("a lognormal has the mean that is asked for", () => {
  const variation = parseVariation("mu_max=lognormal(0.04,20%)", model);
  const values = Array.from({ length: 4000 }, (_, i) => valueAt(variation, (i + 0.5) / 4000));
  expect(values.reduce((a, b) => a + b, 0) / 4000).toBeCloseTo(0.04, 4);
});

describe("what cannot be varied is said", () => {
  test.each([
    ["mumax=1", "--vary mumax: cho-fed-batch has no parameter or input of that name: did you mean mu_max?"],
    ["mu_max=2..1", "--vary mu_max: bounds are reversed: 2 is above 1"],
    ["mu_max=0.5x..2", '--vary mu_max: write "x" at both ends of the range or at none'],
    ["mu_max=normal(1,-2)", "--vary mu_max: a deviation cannot be negative"],
    ["mu_max=lognormal(-1,2)", "--vary mu_max: a lognormal mean must be above 0"],
    [
      "mu_max=often",
      '--vary mu_max: "often" is not understood; write 1.5, 0.5..2, 0.5x..2x, normal(mean,5%), lognormal(mean,5%) or uniform(low,high)',
    ],
  ])("%s", (text, message) => {
    expect(() => parseVariation(text, model)).toThrow(message);
  });
});
