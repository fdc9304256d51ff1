import { expect, test } from "vitest";
import { progressLine } from "./progress.ts";

const plan = { beginS: 3600, endS: 7200 };

test.each([
  [3600, "[------------------------] 1.00 h"],
  [5400, "[############------------] 1.50 h"],
  [7200, "[########################] 2.00 h"],
  [9999, "[########################] 2.78 h"],
])("at %d s: %s", (timeS, line) => {
  expect(progressLine(plan, { timeS }, new Map(), 80)).toBe(line);
});

test("values stand behind it, as many as fit whole", () => {
  const latest = new Map([
    ["ph", "7.01"],
    ["temperature", "36.8"],
  ]);
  expect(progressLine(plan, { timeS: 3600 }, latest, 80)).toBe(
    "[------------------------] 1.00 h  ph 7.01  temperature 36.8",
  );
  expect(progressLine(plan, { timeS: 3600 }, latest, 50)).toBe("[------------------------] 1.00 h  ph 7.01");
  expect(progressLine(plan, { timeS: 3600 }, latest, 20)).toHaveLength(19);
});

test("the pace stands after the batch age", () => {
  expect(progressLine(plan, { timeS: 5400, pace: 21_599.7 }, new Map(), 80)).toBe(
    "[############------------] 1.50 h at x 21600",
  );
});
