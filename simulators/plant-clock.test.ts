import type { Clock } from "@helix/hal";
import { createSystemPlatform } from "@helix/platform";
import { expect, test } from "vitest";
import { PlantClock } from "./plant-clock.ts";
import { HOUR_S, unitAt } from "./sartorius-biostat/testing/units.ts";

const { clock } = createSystemPlatform();

/** Runs a unit under a plant clock; commands go in when a grant is used up. Returns every sample's text. */
async function run(
  grants: readonly { untilS: number; speed: number }[],
  when: "always" | "due" = "always",
): Promise<string[]> {
  const unit = unitAt(95);
  const lines: string[] = [];
  const plant = {
    get plantTimeS() {
      return unit.plantTimeS;
    },
    ...(when === "due" ? { nextDueS: () => (Math.floor(unit.plantTimeS / 10) + 1) * 10 } : {}),
    step() {
      unit.step();
      if (unit.plantTimeS % 10 !== 0) return;
      lines.push(
        JSON.stringify([
          unit.plantTimeS,
          unit.sample().map(({ value, status }) => [value, status]),
          unit.truth(),
        ]),
      );
    },
  };
  let reached: () => void = () => {};
  const plantClock = new PlantClock(clock, plant, {
    time: (_plantTimeS, done) => {
      if (done) reached();
    },
    failed: (error) => {
      throw error;
    },
  });
  for (const { untilS, speed } of grants) {
    await new Promise<void>((resolve) => {
      reached = resolve;
      plantClock.advance(untilS, speed);
    });
    if (untilS === 96 * HOUR_S) unit.writeSetpoint("feed_rate", 0.0022);
    if (untilS === 97 * HOUR_S)
      unit.inject("d", { inject: "drift", channel: "dissolved_oxygen", ratePerHour: -1.5 });
  }
  return lines;
}

test("the answer does not depend on the speed, nor on how the time is sliced", async () => {
  const inOneGo = await run([
    { untilS: 96 * HOUR_S, speed: Number.POSITIVE_INFINITY },
    { untilS: 97 * HOUR_S, speed: Number.POSITIVE_INFINITY },
    { untilS: 98 * HOUR_S, speed: Number.POSITIVE_INFINITY },
  ]);
  const slices = [];
  for (let untilS = 95 * HOUR_S + 7; untilS < 98 * HOUR_S; untilS += 97)
    slices.push({ untilS, speed: 100_000 });
  const ends = [96, 97, 98].map((hour) => ({ untilS: hour * HOUR_S, speed: 30_000 }));
  const sliced = await run([...slices, ...ends].sort((a, b) => a.untilS - b.untilS));
  expect(inOneGo).toHaveLength(3 * 360);
  expect(sliced.join("\n")).toBe(inOneGo.join("\n"));
});

test("steps taken when something is due come to the same", async () => {
  const grants = [96, 97, 98].map((hour) => ({ untilS: hour * HOUR_S, speed: 30_000 }));
  expect((await run(grants, "due")).join("\n")).toBe((await run(grants)).join("\n"));
});

test("whoever asks a plant that waits for what is due finds it as it is now", async () => {
  const unit = unitAt(95);
  const beginS = unit.plantTimeS;
  const plant = {
    get plantTimeS() {
      return unit.plantTimeS;
    },
    nextDueS: () => beginS + 1_000_000,
    step: () => unit.step(),
  };
  const failed = (error: unknown) => {
    throw error;
  };
  const plantClock = new PlantClock(clock, plant, { time: () => {}, failed });
  plantClock.advance(beginS + 1_000_000, 100);
  await clock.sleep(100);
  expect(unit.plantTimeS).toBe(beginS);
  plantClock.catchUp();
  expect(unit.plantTimeS).toBeGreaterThan(beginS);
  plantClock.stop();
});

test("between two grants the plant stands still", async () => {
  const unit = unitAt(95);
  const done = Promise.withResolvers<number>();
  const plantClock = new PlantClock(clock, unit, {
    time: (plantTimeS, reached) => {
      if (reached) done.resolve(plantTimeS);
    },
    failed: done.reject,
  });
  plantClock.advance(95 * HOUR_S + 20.5, 10_000);
  expect(await done.promise).toBe(95 * HOUR_S + 21);
  await clock.sleep(50);
  expect(unit.plantTimeS).toBe(95 * HOUR_S + 21);
});

test("paced by the speed: plant time never runs ahead of what the wall clock allows", () => {
  const fake = new ManualClock();
  const unit = unitAt(95);
  const plantClock = new PlantClock(fake, unit, {
    time: () => {},
    failed: (error) => expect.fail(String(error)),
  });
  plantClock.advance(96 * HOUR_S, 600);
  fake.advanceMs(100);
  expect(unit.plantTimeS - 95 * HOUR_S).toBeLessThanOrEqual(60);
  expect(unit.plantTimeS - 95 * HOUR_S).toBeGreaterThan(50);
  plantClock.advance(96 * HOUR_S, 1);
  const slowFrom = unit.plantTimeS;
  fake.advanceMs(3000);
  expect(unit.plantTimeS - slowFrom).toBe(3);
});

test("a stall is caught up only in part: plant time does not rush through it", () => {
  const fake = new ManualClock();
  const slow = {
    plantTimeS: 0,
    step() {
      slow.plantTimeS += 1;
      fake.stall(1);
    },
  };
  const plantClock = new PlantClock(fake, slow, {
    time: () => {},
    failed: (error) => expect.fail(String(error)),
  });
  plantClock.advance(1000, 10);
  fake.stall(20_000);
  fake.advanceMs(20);
  const afterStall = slow.plantTimeS;
  expect(afterStall).toBeLessThan(30);
  fake.advanceMs(1000);
  expect(slow.plantTimeS - afterStall).toBeGreaterThanOrEqual(9);
  expect(slow.plantTimeS - afterStall).toBeLessThanOrEqual(11);
});

test("a step that fails is told once, and stops the plant", () => {
  const fake = new ManualClock();
  const failures: unknown[] = [];
  const plant = {
    plantTimeS: 0,
    step() {
      throw new Error("broken");
    },
  };
  const plantClock = new PlantClock(fake, plant, { time: () => {}, failed: (error) => failures.push(error) });
  plantClock.advance(100, 1000);
  fake.advanceMs(100);
  expect(failures).toHaveLength(1);
});

/** Time by hand; every look at it costs a little, as on a real machine. */
class ManualClock implements Clock {
  #nowNs = 0n;
  #timers: { atNs: bigint; callback: () => void }[] = [];

  monotonicNs(): bigint {
    return this.#nowNs;
  }
  wallUtcNs(): bigint {
    return this.#nowNs;
  }
  sleep(): Promise<void> {
    throw new Error("not used here");
  }
  interval(): never {
    throw new Error("not used here");
  }
  timer(ms: number, callback: () => void) {
    const entry = { atNs: this.#nowNs + BigInt(ms) * 1_000_000n, callback };
    this.#timers.push(entry);
    return {
      cancel: () => {
        this.#timers = this.#timers.filter((timer) => timer !== entry);
      },
    };
  }
  /** Time passes without any timer being served. */
  stall(ms: number): void {
    this.#nowNs += BigInt(ms) * 1_000_000n;
  }
  advanceMs(ms: number): void {
    const endNs = this.#nowNs + BigInt(ms) * 1_000_000n;
    for (;;) {
      const next = this.#timers.toSorted((a, b) => Number(a.atNs - b.atNs))[0];
      if (!next || next.atNs > endNs) break;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      if (next.atNs > this.#nowNs) this.#nowNs = next.atNs;
      next.callback();
    }
    this.#nowNs = endNs;
  }
}
