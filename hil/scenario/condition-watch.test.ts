import type { RunRecordLine, SampleLine } from "@helix/run-record";
import { describe, expect, test } from "vitest";
import { sample } from "../expectations/test-facts.ts";
import { ConditionWatch } from "./condition-watch.ts";
import type { ArmedFault } from "./plan.ts";

const LOW_PH: ArmedFault = {
  id: "cut",
  inject: "partition",
  instrument: "brx-07",
  channel: undefined,
  on: "brx-07.link",
  parameters: {},
  settings: {},
  rigs: ["wire"],
  when: {
    value: { of: "channel", instrument: "brx-07", channel: "ph", unit: "[pH]" },
    side: "below",
    limit: 7,
    text: "brx-07.ph below 7 [pH]",
  },
  afterS: 20,
  forS: 15,
  mayNotCome: false,
};
const MUCH_SUGAR: ArmedFault = {
  ...LOW_PH,
  id: "sugar",
  when: { value: { of: "state", state: "glucose", unit: "mmol/L" }, side: "above", limit: 30, text: "" },
};

const watchFor = (...armed: ArmedFault[]) => new ConditionWatch({ armed, endS: 100 });
const reading = (t: number, value: number, more: Partial<SampleLine> = {}) =>
  sample(t, t, { value, ...more });
const truth = (t: number, glucose: number): RunRecordLine => ({ kind: "truth", t, states: { glucose } });

describe("an armed fault", () => {
  test("begins when its condition holds, now, for its time, as any other fault", () => {
    const watch = watchFor(LOW_PH);
    const lines = [reading(30, 7.1)];
    expect(watch.due(lines, 30)).toEqual([]);
    lines.push(reading(40, 6.9));
    expect(watch.due(lines, 45)).toEqual([
      {
        id: "cut",
        inject: "partition",
        instrument: "brx-07",
        channel: undefined,
        on: "brx-07.link",
        parameters: {},
        settings: {},
        rigs: ["wire"],
        beginS: 45,
        endS: 60,
      },
    ]);
  });
  test("begins once", () => {
    const watch = watchFor(LOW_PH);
    const lines = [reading(30, 6.9)];
    expect(watch.due(lines, 30)).toHaveLength(1);
    expect(watch.isWaiting).toBe(false);
    lines.push(reading(40, 7.2), reading(50, 6.8));
    expect(watch.due(lines, 50)).toEqual([]);
  });
  test("ends with the run at the latest", () => {
    expect(watchFor(LOW_PH).due([reading(90, 6)], 92)[0]).toMatchObject({ beginS: 92, endS: 100 });
  });
  test("waits for the twin's true state too, and two may come at once", () => {
    const watch = watchFor(LOW_PH, MUCH_SUGAR);
    expect(watch.due([truth(40, 29), reading(40, 7.1)], 40)).toEqual([]);
    const lines = [truth(40, 29), reading(40, 7.1), truth(50, 31), reading(50, 6.5)];
    expect(watch.due(lines, 50).map(({ id }) => id)).toEqual(["cut", "sugar"]);
  });

  test.each<[what: string, line: RunRecordLine]>([
    ["at the limit itself", reading(40, 7)],
    ["before its time", reading(10, 6.5)],
    ["by a bad reading", reading(40, 6.5, { quality: 0x40 })],
    ["by a reading without a number", sample(40, 4, { value: null })],
    ["by another channel", reading(40, 6.5, { channel: "temperature" })],
    ["by another instrument", reading(40, 6.5, { instrument: "brx-08" })],
  ])("does not begin %s", (_what, line) => {
    const watch = watchFor(LOW_PH);
    expect(watch.due([line], 40)).toEqual([]);
    expect(watch.isWaiting).toBe(true);
  });
});
