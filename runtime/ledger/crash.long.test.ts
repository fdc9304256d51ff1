/** Power cuts on a virtual disk, thousands by seed. A failure names its seed. */
import { expect, test } from "vitest";
import { runCrashPoints } from "./testing/crash-points.ts";

test("power cut at any operation: no acknowledged record lost, no false alarm (1,000 seeds, 4 cuts each)", async () => {
  let cuts = 0;
  for (let seed = 1000; seed < 2000; seed++) cuts += await runCrashPoints(seed, 4);
  expect(cuts).toBeGreaterThan(2400);
});
