/** Power cuts on a virtual disk, thousands by seed. A failure names its seed. */
import { expect, test } from "vitest";
import { runCrashPoints } from "./testing/crash-points.ts";

const SEEDS = 250;

for (const first of [1000, 1250, 1500, 1750]) {
  test(`power cut at any operation: no acknowledged record lost, no false alarm (${SEEDS} seeds from ${first}, 4 cuts each)`, async () => {
    let cuts = 0;
    for (let seed = first; seed < first + SEEDS; seed++) cuts += await runCrashPoints(seed, 4);
    expect(cuts).toBeGreaterThan(600);
  });
}
