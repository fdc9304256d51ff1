import { expect, test } from "vitest";
import { atLeast, atMost } from "./figure.ts";
import { worldTable } from "./table.ts";

const given = (value: number, target: number) => ({ name: "n", measured: "how", value, unit: "x", target });

test.for([
  [atLeast(given(1500, 1500)), true, "reached, with 0 % to spare"],
  [atLeast(given(1680, 1500)), true, "reached, with 12 % to spare"],
  [atLeast(given(15_000, 5000)), true, "reached, 3.0 times over"],
  [atLeast(given(1499, 1500)), false, "missed by 0.067 %"],
  [atLeast(given(34, 100)), false, "missed by 66 %"],
  [atMost(given(50, 60)), true, "reached, with 20 % to spare"],
  [atMost(given(61, 60)), false, "missed by 1.7 %"],
  [atLeast(given(Number.NaN, 1)), false, "missed: not measured"],
] as const)(
  "a figure says whether its target is reached, and by how much: %o",
  ([figure, reached, verdict]) => {
    expect(figure).toMatchObject({ reached, verdict });
  },
);

test("the table shows each figure with its bound, its verdict and how it was measured", () => {
  const machine = { processor: "P", cores: 2, node: "v24", loadBefore: 0.04 };
  const figures = [atLeast(given(1468, 1500)), atMost(given(50.2, 60))];
  const secondCore = { limit: 1.97, cost: 1.061, fromStart: 1.55 };
  const text = worldTable({ machine, figures, secondCore });
  expect(text).toMatch(/1468 x {2}\(at least 1500\) {2}missed by 2.1 %\n {4}how\n/);
  expect(text).toMatch(/50.2 x {2}\(at most 60\) {2}reached, with 20 % to spare/);
  expect(text).toMatch(/two busy loops get 1.97 x of this machine; a world costs 1.061 times the CPU/);
  expect(text).toMatch(/end: 1.55 x\n1 of 2 targets reached/);
});
