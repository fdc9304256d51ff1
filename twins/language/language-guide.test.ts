import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { chooseMethod } from "../solvers/choose.ts";
import { BACK_ENDS, runAll } from "../testing/models.ts";
import { readModel } from "./read-model.ts";

test("the guide's model reads without a word and runs", () => {
  const guide = readFileSync(new URL("./LANGUAGE.md", import.meta.url), "utf8");
  const text = /```twin\n([\s\S]*?)```/.exec(guide)?.[1] ?? "";
  const { model, warnings } = readModel(text, "tank.twin");
  expect(warnings).toEqual([]);
  expect(model.balances).toHaveLength(2);
  const { method } = chooseMethod(model);
  const { outcomes } = runAll((BACK_ENDS[0] as (typeof BACK_ENDS)[number]).compile(model, method));
  expect(outcomes[0]?.failure).toBeUndefined();
  expect(outcomes[0]?.events.every((event) => event.name === "hungry")).toBe(true);
});
