/** Power cuts on a virtual disk, a few by seed; crash.long.test.ts runs thousands. */
import { expect, test } from "vitest";
import { runCrashPoints } from "./testing/crash-points.ts";

test("power cut at any operation: no acknowledged record lost, no false alarm (25 seeds, 4 cuts each)", async () => {
  let cuts = 0;
  for (let seed = 0; seed < 25; seed++) cuts += await runCrashPoints(seed, 4);
  // A run may end before its cut comes.
  expect(cuts).toBeGreaterThan(60);
});
