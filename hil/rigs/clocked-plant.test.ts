/** Plant time that is the clock's, with a clock whose timers are in a hurry. */
import { type Clock, utcToTaiNs } from "@helix/hal";
import { expect, test } from "vitest";
import { ClockedPlant } from "./clocked-plant.ts";

const NEVER = { cancel() {} };
const UTC_NS = 1_800_000_000_000_000_000n;

/** Time passes only while somebody waits, and each timer fires so many µs before it is due. */
function hastyClock(earlyUs: number) {
  let nowNs = 0n;
  const timers: number[] = [];
  const clock = {
    monotonicNs: () => nowNs,
    wallUtcNs: () => UTC_NS + nowNs,
    interval: () => NEVER,
    timer(ms: number, fire: () => void) {
      timers.push(ms);
      nowNs += BigInt(Math.max(1, Math.round(ms * 1000 - earlyUs))) * 1000n;
      queueMicrotask(fire);
      return NEVER;
    },
  } as unknown as Clock;
  return { clock, timers };
}

test("a time is reached when the plant stands there, though the timer came too early", async () => {
  const { clock, timers } = hastyClock(400);
  const plant = new ClockedPlant(clock, 100);
  plant.begin(() => {});
  await plant.reached(119);
  expect(plant.timeS).toBeGreaterThanOrEqual(119);
  expect(plant.timeS).toBeLessThan(119.01);
  expect(timers.length).toBeGreaterThan(1);
});

test("an instant is told as plant time", async () => {
  const { clock } = hastyClock(0);
  const plant = new ClockedPlant(clock, 100);
  expect(plant.ageAt(utcToTaiNs(UTC_NS))).toBeNaN();
  const inoculationMs = plant.begin(() => {});
  expect(inoculationMs).toBe(Number(UTC_NS / 1_000_000n) - 100_000);
  expect(plant.ageAt(utcToTaiNs(UTC_NS))).toBeCloseTo(100, 3);
  expect(plant.ageAt(utcToTaiNs(UTC_NS + 2_500_000_000n))).toBeCloseTo(102.5, 3);
});

test("who waits for a plant that is given up hears of it", async () => {
  const { clock } = hastyClock(0);
  const silent = { ...clock, timer: () => NEVER } as Clock;
  const plant = new ClockedPlant(silent, 0);
  plant.begin(() => {});
  const waiting = plant.reached(10);
  plant.fail(new Error("given up"));
  await expect(waiting).rejects.toThrow("given up");
});
