/** The stops of whole-run.test.ts, long: two scenarios, many moments, from the first tenth of a second to the end and beyond. */
import { describe, test } from "vitest";
import { drawMoments, startRun, stopRunAfter } from "./testing/stopped-run.ts";

const SEED = Number(process.env["HELIX_SEED"] ?? 7211);

describe.each([
  { scenario: "calm", toMs: 17_000 },
  { scenario: "partition-during-feed", toMs: 56_000 },
])(`helix run $scenario (HELIX_SEED=${SEED})`, ({ scenario, toMs }) => {
  const moments = [
    ...drawMoments(SEED, { count: 4, fromMs: 100, toMs: 2500 }),
    ...drawMoments(SEED + 1, { count: 8, fromMs: 2500, toMs }),
  ];
  test.each(moments)("Ctrl-C after %i ms", async (ms) => {
    const run = await startRun(scenario);
    await stopRunAfter(run, ms);
  });
});
