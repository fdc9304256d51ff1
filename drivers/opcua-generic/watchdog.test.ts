import type { Clock } from "@helix/hal";
import { expect, test } from "vitest";
import { DEFAULT_SILENCE_LIMIT_MS, watchForSilence } from "./watchdog.ts";

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

test.each([DEFAULT_SILENCE_LIMIT_MS, 150_000])(
  "a peer that says nothing is asked once and lost after %i ms",
  async (limitMs) => {
    const clock = countingClock();
    let probes = 0;
    const probe = () => {
      probes += 1;
    };
    const outcome = await watchForSilence(
      clock,
      limitMs,
      { heard: () => false, probe },
      new AbortController().signal,
    );
    expect(outcome).toBe("silent");
    expect(probes).toBe(1);
    expect(clock.sleptMs).toBe(limitMs);
  },
);

test("a peer that answers the question is not lost", async () => {
  const clock = countingClock();
  const stop = new AbortController();
  let heard = false;
  let probes = 0;
  const outcome = await watchForSilence(
    clock,
    DEFAULT_SILENCE_LIMIT_MS,
    {
      heard() {
        const was = heard;
        heard = false;
        return was;
      },
      probe() {
        heard = true;
        probes += 1;
        if (probes === 20) stop.abort();
      },
    },
    stop.signal,
  );
  expect(outcome).toBe("stopped");
});

test("where nothing else is configured a loss is known within 5 s", () => {
  expect(DEFAULT_SILENCE_LIMIT_MS).toBeLessThan(5000);
});
