import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { withParts } from "../library/library.ts";
import { chooseMethod } from "../solvers/choose.ts";
import { BACK_ENDS, runAll } from "../testing/models.ts";
import { readModel } from "./read-model.ts";

test("the guide's model of parts reads without a word and holds its setpoint", async () => {
  const guide = readFileSync(new URL("./LANGUAGE.md", import.meta.url), "utf8");
  const [, text = ""] = [...guide.matchAll(/```twin\n([\s\S]*?)```/g)].map((found) => found[1]);
  const whole = await withParts(text, "still.twin", async (file) => readFileSync(file));
  const { model, warnings } = readModel(whole, "still.twin");
  expect(warnings).toEqual([]);
  const { finals } = runAll(
    (BACK_ENDS[0] as (typeof BACK_ENDS)[number]).compile(model, chooseMethod(model).method),
  );
  expect(finals[model.states.findIndex((s) => s.name === "probe_felt")]).toBeCloseTo(0.4, 3);
});

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
