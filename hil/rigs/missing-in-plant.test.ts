import { expect, test } from "vitest";
import { COMMAND, PLAN } from "../expectations/test-facts.ts";
import type { Plan } from "../scenario/plan.ts";
import { missingInPlant } from "./missing-in-plant.ts";

const plant = (name: string, unit: string) => [{ key: "brx-07", channels: [{ name, unit }] }];
const value = { of: "channel", instrument: "brx-07", channel: "ph", unit: "[pH]" } as const;
const expecting = {
  ...PLAN,
  commands: [],
  expectations: [
    { index: 0, text: "", kind: "channel", min: 6, max: 8, atS: undefined, ...value },
    {
      index: 1,
      text: "",
      kind: "never",
      fromS: 0,
      untilS: 100,
      claim: { of: "band", value, min: 6, max: 8 },
    },
  ],
} as unknown as Plan;

test("commands and expectations need their channels, in the units that the scenario was planned in", () => {
  for (const plan of [PLAN, expecting]) {
    expect(missingInPlant(plan, plant("ph", "[pH]"))).toEqual([]);
    expect(missingInPlant(plan, plant("ph", "mV"))).toEqual(["brx-07.ph is in mV, and the scenario in [pH]"]);
    expect(missingInPlant(plan, plant("temperature", "Cel"))).toEqual(["brx-07 has no channel ph"]);
  }
  expect(
    missingInPlant({ ...PLAN, commands: [{ ...COMMAND, instrument: "brx-08" }] }, plant("ph", "[pH]")),
  ).toEqual(["brx-08 has no channel ph"]);
});
