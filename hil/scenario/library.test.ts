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

test.each(files)("%s can be run, with any seed", async (file) => {
  const text = await readFile(join(folder, file), "utf8");
  for (const seed of [0, 1, 7211]) {
    const plan = readScenario(text, file, await knownParts(), seed);
    expect(plan.instruments.length).toBeGreaterThan(0);
    expect(plan.expectations.length).toBeGreaterThan(0);
  }
});
