/** When readings are taken: by plant time, whatever its pace; memory only where it is asked for. */
import { ManualClock } from "@helix/platform/testing";
import type { RunRecordLine } from "@helix/run-record";
import { expect, test } from "vitest";
import { DEFAULT_LEAK_BUDGET } from "../expectations/invariants.ts";
import { PLAN } from "../expectations/test-facts.ts";
import { watchResources } from "./resource-watch.ts";

const HOUR = 3600;
const NO_LEAK = {
  index: 0,
  text: "always: no-leak",
  kind: "always",
  invariant: "no-leak",
  budget: DEFAULT_LEAK_BUDGET,
} as const;

function watched({ speed = 1, asks = false } = {}) {
  const clock = new ManualClock();
  const lines: RunRecordLine[] = [];
  const plant = { timeS: 0 };
  const watch = watchResources({
    plan: { beginS: 0, endS: HOUR, expectations: asks ? [NO_LEAK] : PLAN.expectations },
    plant,
    clock,
    speed,
    record: { add: (line) => lines.push(line) },
    meter: { held: () => ({ sockets: 1, timers: lines.length }), heapBytes: () => 1e6 },
  });
  /** The clock goes on, and the plant with it at the given pace, told in whole seconds. */
  const pass = async (seconds: number, pace: number) => {
    for (let i = 0; i < seconds * 10; i++) {
      plant.timeS = Math.floor(Math.min(HOUR, plant.timeS + pace / 10));
      await clock.advance(100);
    }
  };
  const timesOf = (kind: "resources" | "memory") =>
    lines.flatMap((line) => (line.kind === kind ? [line.t] : []));
  return { clock, plant, watch, pass, timesOf };
}

test("some sixty in a run, the first after an interval; no memory unless it is asked for", async () => {
  const { pass, timesOf } = watched({ speed: 600 });
  await pass(6, 600);
  const times = timesOf("resources");
  expect(times.length).toBeGreaterThan(50);
  expect(times.length).toBeLessThanOrEqual(64);
  expect(times[0]).toBeGreaterThanOrEqual(55);
  expect(times.at(-1)).toBe(HOUR);
  expect(timesOf("memory")).toEqual([]);
});

test("memory at each fourth, where no-leak asks for it", async () => {
  const { pass, timesOf } = watched({ speed: 600, asks: true });
  await pass(6, 600);
  expect(timesOf("memory")).toEqual(timesOf("resources").filter((_, i) => i % 4 === 0));
});

test("none while the plant stands, and no more of them while it runs slowly", async () => {
  const { clock, plant, timesOf } = watched({ speed: 600 });
  await clock.advance(60_000);
  expect(timesOf("resources")).toEqual([]);
  for (plant.timeS = 0; plant.timeS < 600; plant.timeS++) await clock.advance(1000);
  expect(timesOf("resources").length).toBe(10);
});

test("none after it is over", async () => {
  const { watch, pass, timesOf } = watched({ speed: 600 });
  watch.cancel();
  await pass(1, 600);
  expect(timesOf("resources")).toEqual([]);
});
