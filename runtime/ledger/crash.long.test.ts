/** Power cuts on a virtual disk, thousands by seed. A failure names its seed. */
import { expect, test } from "vitest";
import { runCrashPoints } from "./testing/crash-points.ts";

test("power cut at any operation: no acknowledged record lost, no false alarm (2,000 seeds, 5 cuts each)", async () => {
  let cuts = 0;
  for (let seed = 1000; seed < 3000; seed++) cuts += await runCrashPoints(seed, 5);
  expect(cuts).toBeGreaterThan(6000);
});
