import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { Gauge } from "@helix/hil/measure";
import { expect, test } from "vitest";
import { takeTurn } from "./turns.ts";

/** Stands in for a thread: told of time that passes instead of living in it. */
class PlayedGauge extends Gauge {
  isOpen = true;
  #done = 0;
  #cpuSeconds = 0;

  override open(): void {
    this.isOpen = true;
    super.open();
  }
  override close(): void {
    this.isOpen = false;
    super.close();
  }
  work(seconds: number, rate: number, cpuPerUnit: number): void {
    this.#done += seconds * rate;
    this.#cpuSeconds += seconds * rate * cpuPerUnit;
    this.pass(this.#done, this.#cpuSeconds);
  }
}

test("a turn tells what two get done over the mean of either alone, and what the work then costs", async () => {
  const pair = [new PlayedGauge(), new PlayedGauge()] as const;
  let seconds = 0;
  const { ratio, cost } = await takeTurn(pair, {
    now: () => seconds,
    async wait(ms) {
      seconds += ms / 1000;
      const running = pair.filter(({ isOpen }) => isOpen);
      const [alone] = running.length === 1 ? running : [];
      for (const gauge of running) {
        if (alone === undefined) gauge.work(ms / 1000, 1600, 1.25e-3);
        else gauge.work(ms / 1000, alone === pair[0] ? 1900 : 2100, 1e-3);
      }
    },
  });
  expect(ratio).toBeCloseTo(1.6, 6);
  expect(cost).toBeCloseTo(1.25, 6);
  expect(pair.map(({ isOpen }) => isOpen)).toEqual([false, false]);
});

test("a thread stands while its gate is closed, goes on when it opens, and ends when it is told", async () => {
  const gauge = new Gauge();
  const thread = new Worker(new URL("./busy-loop.ts", import.meta.url), { workerData: gauge.memory });
  const exit = once(thread, "exit");
  const moved = async (from: number) => {
    while (gauge.done <= from) await wait(5);
  };
  await moved(0);
  gauge.close();
  // The round that it was in is the last.
  const atMost = gauge.done + 1;
  await wait(200);
  expect(gauge.done).toBeLessThanOrEqual(atMost);
  gauge.open();
  await moved(atMost);
  expect(gauge.cpuSeconds).toBeGreaterThan(0);
  gauge.end();
  expect(await exit).toEqual([0]);
});
