/** Faults that wait for their condition. */
import { describe, expect, test } from "vitest";
import { problemsOf, readTestScenario } from "./testing/test-scenario.ts";

const armed = (when: string, more = "after: 2 h,") =>
  `{ id: cut, when: '${when}', ${more} for: 20 s, on: brx-07.link, inject: partition }`;

describe("a fault may wait for a condition", () => {
  test("on a reading, in the channel's unit", () => {
    const plan = readTestScenario({ fault: armed("brx-07.temperature below 300.15 K") });
    expect(plan.faults).toEqual([]);
    expect(plan.armed).toMatchObject([
      {
        id: "cut",
        inject: "partition",
        instrument: "brx-07",
        afterS: 7200,
        forS: 20,
        mayNotCome: false,
        when: {
          value: { of: "channel", instrument: "brx-07", channel: "temperature", unit: "Cel" },
          side: "below",
          limit: expect.closeTo(27, 9),
          text: "brx-07.temperature below 300.15 K",
        },
      },
    ]);
  });
  test("on the twin's true state; it may be let off", () => {
    const fault = armed("twin.viable_cell_density above 8e6 {cells}/mL", "occurs: at most once,");
    expect(readTestScenario({ fault }).armed).toMatchObject([
      {
        afterS: 0,
        mayNotCome: true,
        when: {
          value: { of: "state", state: "viable_cell_density" },
          side: "above",
          limit: expect.closeTo(8, 9),
        },
      },
    ]);
  });
  test("its moments may be counted from, although nobody knows them yet", () => {
    const plan = readTestScenario({
      fault: armed("twin.glucose below 5 mmol/L"),
      expect: "{ within: 60 s, after: cut.end, instrument: brx-07, status: Streaming }",
    });
    expect(plan.expectations).toMatchObject([{ kind: "status", after: "cut.end" }]);
  });
});

test.each<[what: string, fault: string, said: string]>([
  [
    "words that are no condition",
    armed("oxygen low"),
    "cut.yaml:13:22  `oxygen low` is no condition\n  expected <value> below <quantity> or <value> above <quantity>, such as twin.glucose below 5 mmol/L",
  ],
  [
    "a comparison that is none",
    armed("twin.glucose belows 5 mmol/L"),
    'cut.yaml:13:22  unknown comparison "belows"\n  expected one of: below, above\n  did you mean below?',
  ],
  [
    "an unknown state",
    armed("twin.glucos below 5 mmol/L"),
    'cut.yaml:13:22  unknown twin state "twin.glucos"\n  expected one of: twin.viable_cell_density, twin.glucose\n  did you mean twin.glucose?',
  ],
  [
    "an unknown channel",
    armed("brx-07.temprature below 5 Cel"),
    'cut.yaml:13:22  unknown channel "temprature"\n  expected one of: dissolved_oxygen, temperature, feed_rate, glucose\n  did you mean temperature?',
  ],
  [
    "another quantity",
    armed("twin.glucose below 5 Cel"),
    "cut.yaml:13:22  `Cel` measures temperature\n  expected amount concentration, such as mmol/L",
  ],
  [
    "a time after the run",
    armed("twin.glucose below 5 mmol/L", "after: 12 h,"),
    "cut.yaml:13:60  `12 h` is outside the run\n  expected a time from 0 h to 12 h",
  ],
  [
    "a fault that could only outlive the run",
    armed("twin.glucose below 5 mmol/L", "after: 11 h,").replace("20 s", "2 h"),
    "cut.yaml:13:71  the fault lasts longer than the run\n  expected an end within from 0 h to 12 h",
  ],
  [
    "neither a time nor a condition",
    "{ id: cut, for: 20 s, on: brx-07.link, inject: partition }",
    "cut.yaml:13:5  faults.0: one of the keys at, when must be there",
  ],
  [
    "both",
    armed("twin.glucose below 5 mmol/L", "at: 3 h,"),
    'cut.yaml:13:16  unknown key "when" in "faults.0"\n  expected one of: id, at, for, on, inject',
  ],
])("%s", (_what, fault, said) => expect(problemsOf({ fault })).toBe(said));
