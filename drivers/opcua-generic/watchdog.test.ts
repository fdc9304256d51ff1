import type { Clock } from "@helix/hal";
import { expect, test } from "vitest";
import { SILENCE_LIMIT_MS, watchForSilence } from "./watchdog.ts";

/** Sleeps take no time and are counted. */
function countingClock(): Clock & { sleptMs: number } {
  return {
    sleptMs: 0,
    monotonicNs: () => 0n,
    wallUtcNs: () => 0n,
    async sleep(ms, signal) {
      signal?.throwIfAborted();
      this.sleptMs += ms;
    },
    timer: () => ({ cancel() {} }),
    interval: () => ({ cancel() {} }),
  };
}

test("a peer that says nothing is asked once and lost within 5 s", async () => {
  const clock = countingClock();
  let probes = 0;
  const outcome = await watchForSilence(
    clock,
    () => false,
    () => {
      probes += 1;
    },
    new AbortController().signal,
  );
  expect(outcome).toBe("silent");
  expect(probes).toBe(1);
  expect(clock.sleptMs).toBe(SILENCE_LIMIT_MS);
  expect(clock.sleptMs).toBeLessThan(5000);
});

test("a peer that answers the question is not lost", async () => {
  const clock = countingClock();
  const stop = new AbortController();
  let heard = false;
  let probes = 0;
  const outcome = await watchForSilence(
    clock,
    () => {
      const was = heard;
      heard = false;
      return was;
    },
    () => {
      heard = true;
      probes += 1;
      if (probes === 20) stop.abort();
    },
    stop.signal,
  );
  expect(outcome).toBe("stopped");
});
