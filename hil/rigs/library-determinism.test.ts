/** Two scenarios of the library give one trace, in this process and another; the long test has them all. */
import { expect, test } from "vitest";
import { checkLibraryScenario } from "./testing/library-check.ts";

test.each(["feed-beyond-limit.yaml", "flapping-link.yaml"])(
  "%s repeats, event by event",
  {
    timeout: 300_000,
  },
  async (name) => {
    const { same, difference } = await checkLibraryScenario(name);
    expect(same, difference?.text).toBe(true);
  },
);
