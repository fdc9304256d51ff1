/** Every scenario of the library that this rig can run repeats, event by event. */
import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { canRun, checkLibraryScenario, LIBRARY } from "./testing/library-check.ts";

const names = readdirSync(LIBRARY).filter((name) => name.endsWith(".yaml"));

test.for(names)("%s repeats", async (name, context) => {
  if (!(await canRun(name))) return context.skip("this rig cannot inject its faults");
  const { same, difference } = await checkLibraryScenario(name);
  expect(same, difference?.text).toBe(true);
});
