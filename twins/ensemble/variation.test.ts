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

test("the tails of a normal are cut off at the model's bounds, evenly over what is left", () => {
  const variation = parseVariation("mu_max=normal(0.05,60%)", model);
  const values = Array.from({ length: 1000 }, (_, i) => valueAt(variation, (i + 0.5) / 1000));
  expect(variation.cut.from).toBeCloseTo(0.0912, 3);
  expect(variation.cut.to).toBeCloseTo(0.9522, 3);
  expect(Math.min(...values)).toBeGreaterThan(0.01);
  expect(Math.max(...values)).toBeLessThan(0.1);
  expect(values.filter((value) => value < 0.05).length).toBe(
    Math.round((1000 * (0.5 - 0.0912)) / (0.9522 - 0.0912)),
  );
});

test("what lies well within the bounds is not changed by them", () => {
  expect(parseVariation("mu_max=normal(0.039,5%)", model).cut).toEqual({
    from: expect.closeTo(0, 12) as number,
    to: 1,
  });
  const { cut } = parseVariation("X_0=lognormal(0.5,20%)", model);
  expect(cut.to - cut.from).toBeCloseTo(1, 12);
});

describe("what cannot be varied is said", () => {
  test.each([
    ["mu_max=NaN", "--vary mu_max: NaN is not a finite number"],
    ["mu_max=0.01..Infinity", "--vary mu_max: Infinity is not a finite number"],
    ["mu_max=normal(1e999,5%)", "--vary mu_max: 1e999 is not a finite number"],
    ["mu_max=0.2", "--vary mu_max: 0.2, outside the model's bounds 0.01 .. 0.1 /h"],
    ["X_0=-1", "--vary X_0: -1, outside the model's bounds 0.01 .. 5 10*9{cells}/L"],
    ["mu_max=0.5x..4x", "--vary mu_max: 4x gives 0.1566, outside the model's bounds 0.01 .. 0.1 /h"],
    ["feed=50x", "--vary feed: 50x gives 0.11, outside the model's bounds 0 .. 0.1 L/h"],
    [
      "mu_max=normal(0.02,0.2)",
      "--vary mu_max: 82 % of it lies outside the model's bounds 0.01 .. 0.1 /h; at most 50 % may be cut off",
    ],
    ["mu_max[1..3]=1x", "--vary mu_max[1..3]: mu_max is a parameter; only an input has pieces in time"],
    ["feed[0]=1x", "--vary feed[0]: pieces are counted from 1"],
    ["feed[5..2]=1x", "--vary feed[5..2]: the pieces are reversed: 5 is after 2"],
    ["feed[3..15]=1x", "--vary feed[3..15]: piece 15 would begin at 336 h, and the run ends at 336 h"],
    ["V=2", "--vary V: a state of cho-fed-batch follows from the run; vary a parameter or an input instead"],
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
