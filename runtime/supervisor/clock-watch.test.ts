import { createVirtualTimekeeping, type Timekeeping } from "@helix/platform";
import { ManualClock } from "@helix/platform/testing";
import fc from "fast-check";
import { expect, test } from "vitest";
import { ClockWatch } from "./clock-watch.ts";
import type { SupervisorEvent } from "./events.ts";
import { RecordingLedger } from "./scripted-driver.test-support.ts";

class StepsClock extends ManualClock {
  /** ns */
  off = 0n;
  override wallUtcNs(): bigint {
    return super.wallUtcNs() + this.off;
  }
}

function watched(timekeeping: Timekeeping = createVirtualTimekeeping()) {
  const clock = new StepsClock();
  const ledger = new RecordingLedger();
  const events: SupervisorEvent[] = [];
  const watch = new ClockWatch({ clock, timekeeping }, ledger, (event) => events.push(event));
  const seconds = async (count: number, each: () => void = () => {}) => {
    for (let i = 0; i < count; i++) {
      await clock.advance(1000);
      each();
      watch.check();
    }
  };
  return { clock, ledger, events, watch, seconds, timekeeping };
}

test.each([-300_000n, 300_000n, 250n, -250n])(
  "a step of %d ms is a record and an alarm, once, and the clock is not trusted after it",
  async (ms) => {
    const { clock, ledger, events, seconds, timekeeping } = watched();
    await seconds(3);
    expect(ledger.events).toEqual([]);
    clock.off += ms * 1_000_000n;
    await seconds(3);
    const utcNs = clock.wallUtcNs() - 2_000_000_000n;
    const stepNs = ms * 1_000_000n;
    expect(ledger.events).toEqual([
      { type: "CLOCK_STEPPED", stepNs, expectedUtcNs: utcNs - stepNs, utcNs },
      { type: "CLOCK_QUALITY", quality: "stepped", previous: "virtual" },
    ]);
    expect(events).toEqual([{ type: "clock-stepped", stepNs }]);
    expect(timekeeping.quality).toBe("stepped");
    await seconds(61);
    expect(ledger.events.at(-1)).toEqual({ type: "CLOCK_QUALITY", quality: "virtual", previous: "stepped" });
  },
);

test("what a clock's discipline slews is no step, however long it goes on", async () => {
  const { clock, ledger, seconds } = watched();
  await seconds(4000, () => (clock.off += 450_000n));
  expect(ledger.events).toEqual([]);
});

test("many small steps do not slip through: their sum is noticed", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 5, max: 99 }), async (ms) => {
      const { clock, ledger, seconds } = watched();
      await seconds(60, () => (clock.off -= BigInt(ms) * 1_000_000n));
      expect(ledger.types()).toContain("CLOCK_STEPPED");
    }),
    { numRuns: 5 },
  );
});

test("what the system says of its clock is asked at the start, and each change is a record", async () => {
  let answer: "synchronised" | "free-running" = "synchronised";
  let quality: Timekeeping["quality"] = "not-stated";
  const timekeeping: Timekeeping = {
    zoneMinutes: () => 60,
    get quality() {
      return quality;
    },
    ask: async () => (quality = answer),
    distrust: () => {},
  };
  const { ledger, watch, clock } = watched(timekeeping);
  watch.check();
  await clock.advance(0);
  answer = "free-running";
  await clock.advance(3_600_000);
  watch.check();
  await clock.advance(0);
  expect(ledger.events).toEqual([
    { type: "CLOCK_QUALITY", quality: "synchronised", previous: "not-stated" },
    { type: "CLOCK_QUALITY", quality: "free-running", previous: "synchronised" },
  ]);
});

test("an answer that comes after the end is not recorded: the ledger is closed by then", async () => {
  const answered = Promise.withResolvers<"synchronised">();
  let quality: Timekeeping["quality"] = "not-stated";
  const { ledger, watch, clock } = watched({
    zoneMinutes: () => 0,
    get quality() {
      return quality;
    },
    ask: async () => (quality = await answered.promise),
    distrust: () => {},
  });
  watch.check();
  watch.stop();
  answered.resolve("synchronised");
  await clock.advance(0);
  expect(ledger.events).toEqual([]);
});
