import { expect, test } from "vitest";
import { Gauge, measureVirtualRun } from "./measure-virtual-run.ts";

const SCENARIO = `
scenario: gauged
title: one device for a while
covers: []
seed: 1
duration: 10 min
plant:
  twin: cho-fed-batch
  instruments:
    unit-1: { simulator: modbus-device, driver: modbus-generic, protocol: modbus-tcp, sample: 1 s }
expect:
  - { always: every-gap-is-recorded }
`;

test("a world that is measured from outside goes on to its end, and is told of on its way", async () => {
  const gauge = new Gauge();
  gauge.close();
  const run = measureVirtualRun(SCENARIO, "gauged", gauge);
  while (gauge.done === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  // It stands at its first gate.
  expect(gauge.done).toBe(10);
  gauge.open();
  const { verdict, rate } = await run;
  expect(verdict).toBe("pass");
  expect(rate).toBeGreaterThan(0);
  // A minute of setting up comes before the ten.
  expect(gauge.done).toBeGreaterThanOrEqual(650);
});
