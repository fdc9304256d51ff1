/** The scenarios of the library, read with the real parts. */
import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { knownParts } from "../parts.ts";
import { readScenario } from "./read-scenario.ts";

const folder = dirname(fileURLToPath(import.meta.resolve("@helix/scenarios")));
const files = (await readdir(folder)).filter((name) => name.endsWith(".yaml"));

test("calm, partition-during-feed and probe-drift are there", () => {
  expect(files).toEqual(
    expect.arrayContaining(["calm.yaml", "partition-during-feed.yaml", "probe-drift.yaml"]),
  );
});

test("what the vessel truly holds can be claimed where a simulator tells of it, and only there", async () => {
  const text = await readFile(join(folder, "frozen-probe.yaml"), "utf8");
  const parts = await knownParts();
  const plan = readScenario(text, "frozen-probe.yaml", parts);
  expect(plan.expectations).toContainEqual(
    expect.objectContaining({
      claim: expect.objectContaining({
        value: { of: "state", state: "dissolved_oxygen", unit: "%{airsat}" },
      }),
    }),
  );
  const bath = text
    .replace(
      "simulator: sartorius-biostat, driver: sartorius-biostat",
      "simulator: modbus-device, driver: modbus-generic",
    )
    .replace("protocol: opcua", "protocol: modbus-tcp");
  expect(() => readScenario(bath, "frozen-probe.yaml", parts)).toThrow(
    'unknown twin state "twin.dissolved_oxygen"',
  );
});

test.each(files)("%s can be run, with any seed", async (file) => {
  const text = await readFile(join(folder, file), "utf8");
  for (const seed of [0, 1, 7211]) {
    const plan = readScenario(text, file, await knownParts(), seed);
    expect(plan.instruments.length).toBeGreaterThan(0);
    expect(plan.expectations.length).toBeGreaterThan(0);
  }
});
