/** Schedules in all their forms, and what is said of mistakes in them. */
import { describe, expect, test } from "vitest";
import type { PlannedCommand } from "./plan.ts";
import { problemsOf, readTestScenario } from "./testing/test-scenario.ts";

const commandsOf = (schedule: string): readonly PlannedCommand[] => readTestScenario({ schedule }).commands;
const problem = (schedule: string) => problemsOf({ schedule });

describe("ramps", () => {
  const ramp = (more: string) =>
    `{ ramp: brx-07.feed_rate, at: 10 h, from: 1 mL/h, to: 3 mL/h, over: 1 h, rationale: more, ${more} }`;

  test("a ramp gives its first value at its beginning and its last at its end, in the channel's unit", () => {
    const commands = commandsOf(ramp("steps: 4"));
    expect(commands.map((c) => [c.id, c.atS, c.kind === "setpoint" && c.value, c.description])).toEqual([
      ["schedule.1.1", 36_000, expect.closeTo(0.001, 9), "set feed_rate to 0.001 L/h (ramp, 0 of 4)"],
      ["schedule.1.2", 36_900, expect.closeTo(0.0015, 9), "set feed_rate to 0.0015 L/h (ramp, 1 of 4)"],
      ["schedule.1.3", 37_800, expect.closeTo(0.002, 9), "set feed_rate to 0.002 L/h (ramp, 2 of 4)"],
      ["schedule.1.4", 38_700, expect.closeTo(0.0025, 9), "set feed_rate to 0.0025 L/h (ramp, 3 of 4)"],
      ["schedule.1.5", 39_600, expect.closeTo(0.003, 9), "set feed_rate to 0.003 L/h (ramp, 4 of 4)"],
    ]);
  });
  test("every says the same as steps", () => {
    expect(commandsOf(ramp("every: 15 min"))).toEqual(commandsOf(ramp("steps: 4")));
  });
  test("an uncertain ramp moves as a whole", () => {
    const [first, ...rest] = commandsOf(ramp("steps: 4").replace("10 h", "10 h +- 30 min"));
    expect(Math.abs((first?.atS ?? 0) - 36_000)).toBeLessThanOrEqual(1800);
    expect(rest.map((c) => c.atS - (first?.atS ?? 0))).toEqual([900, 1800, 2700, 3600]);
  });
  test.each<[what: string, entry: string, said: string]>([
    [
      "neither steps nor every",
      ramp("").replace(", }", " }"),
      "cut.yaml:11:5  a ramp has steps or every, one of the two\n  expected steps: 8, or every: 10 min",
    ],
    [
      "both",
      ramp("steps: 4, every: 15 min"),
      "cut.yaml:11:5  a ramp has steps or every, one of the two\n  expected steps: 8, or every: 10 min",
    ],
    [
      "steps that are no whole seconds",
      ramp("steps: 7"),
      "cut.yaml:11:102  1 h cannot be divided into 7 steps\n  expected equal steps of whole seconds",
    ],
    [
      "a time that does not go into the whole",
      ramp("every: 25 min"),
      "cut.yaml:11:102  1 h cannot be divided into steps of 25 min\n  expected equal steps of whole seconds",
    ],
    [
      "another quantity",
      ramp("steps: 4").replace("3 mL/h", "3 Cel"),
      "cut.yaml:11:59  `Cel` measures temperature\n  expected volume flow, such as L/h",
    ],
    [
      "a ramp to where it is",
      ramp("steps: 4").replace("3 mL/h", "1 mL/h"),
      "cut.yaml:11:59  the ramp ends where it begins, at 1 mL/h\n  expected another value",
    ],
    [
      "a ramp that outlives the run",
      ramp("steps: 4").replace("over: 1 h", "over: 4 h"),
      "cut.yaml:11:73  the ramp lasts longer than the run\n  expected an end before 12 h",
    ],
  ])("%s", (_what, entry, said) => expect(problem(entry)).toBe(said));
});

describe("recipes", () => {
  const recipe = (phases: string) =>
    `{ recipe: shift, on: brx-07, at: 10 h, rationale: cool down, phases: [${phases}] }`;
  const PHASES =
    "{ phase: cool, for: 30 min, set: { temperature: 35 Cel, feed_rate: 1 mL/h } }, { phase: hold, for: 1 h, set: { temperature: 34 Cel } }";

  test("each phase sets its setpoints when it begins, and says so in the ledger", () => {
    expect(commandsOf(recipe(PHASES)).map((c) => [c.id, c.atS, c.description, c.rationale])).toEqual([
      ["schedule.1.1", 36_000, "set temperature to 35 Cel", "cool down (recipe shift, phase cool)"],
      ["schedule.1.2", 36_000, "set feed_rate to 1 mL/h", "cool down (recipe shift, phase cool)"],
      ["schedule.1.3", 37_800, "set temperature to 34 Cel", "cool down (recipe shift, phase hold)"],
    ]);
  });
  test.each<[what: string, phases: string, said: string]>([
    ["no phase", "", "cut.yaml:11:74  the recipe has no phase\n  expected at least one"],
    [
      "a phase twice",
      PHASES.replace("phase: hold", "phase: cool"),
      'cut.yaml:11:163  phase "cool" is there twice\n  expected a name of its own',
    ],
    [
      "a phase that sets nothing",
      "{ phase: wait, for: 1 h, set: {} }",
      'cut.yaml:11:105  phase "wait" sets nothing\n  expected at least one setpoint',
    ],
    [
      "a channel that is not there",
      "{ phase: cool, for: 1 h, set: { temprature: 35 Cel } }",
      'cut.yaml:11:119  unknown channel "temprature"\n  expected one of: dissolved_oxygen, temperature, feed_rate, glucose\n  did you mean temperature?',
    ],
    [
      "phases that outlive the run",
      "{ phase: cool, for: 9 h, set: { temperature: 35 Cel } }",
      "cut.yaml:11:74  the recipe lasts longer than the run\n  expected phases that end by 12 h, not 19 h",
    ],
    [
      "a misspelt key of a phase",
      "{ phse: cool, for: 1 h, set: { temperature: 35 Cel } }",
      'cut.yaml:11:77  unknown key "phse" in "schedule.0.phases.0"\n  expected one of: phase, for, set\n  did you mean phase?',
    ],
  ])("%s", (_what, phases, said) => expect(problem(recipe(phases))).toBe(said));
});

describe("commands of every kind", () => {
  const at = (command: string) => `{ at: 10 h, id: do-it, command: ${command} }`;

  test.each<[command: string, planned: object]>([
    [
      "{ mode: Hold, on: brx-07, rationale: r }",
      { kind: "mode", mode: "Hold", description: "set mode Hold" },
    ],
    [
      "{ loop: brx-07.temperature, enabled: false, rationale: r }",
      {
        kind: "loop",
        channel: "temperature",
        enabled: false,
        description: "disable the loop of temperature",
      },
    ],
    [
      "{ trigger: PurgeLines, on: brx-07, parameters: { volume: 5 mL }, rationale: r }",
      { kind: "operation", operation: "PurgeLines", parameters: { volume: "5 mL" } },
    ],
    [
      "{ acknowledge: 3, on: brx-07, by: uid=jd, comment: seen }",
      { kind: "acknowledge", alarmId: 3, acknowledgedBy: "uid=jd", rationale: "seen" },
    ],
    [
      "{ calibrate: brx-07.temperature, rationale: r, points: [{ reference: 300 K, lot: A, expires: 2027-06-30, certificate: C }] }",
      {
        kind: "calibration",
        channel: "temperature",
        points: [{ referenceValue: expect.closeTo(26.85, 9), unit: "Cel", standardExpiryDate: "2027-06-30" }],
      },
    ],
  ])("%s", (command, planned) => {
    expect(commandsOf(at(command))).toMatchObject([
      { id: "do-it", instrument: "brx-07", atS: 36_000, ...planned },
    ]);
  });

  test.each<[what: string, entry: string, said: string]>([
    [
      "an unknown mode",
      at("{ mode: Holt, on: brx-07, rationale: r }"),
      'cut.yaml:11:45  schedule.0.command.mode is "Holt"\n  expected one of: Run, Hold, CleanInPlace, SterilizeInPlace, Standby\n  did you mean Hold?',
    ],
    [
      "an unknown operation",
      at("{ trigger: PurgeLine, on: brx-07, rationale: r }"),
      'cut.yaml:11:48  schedule.0.command.trigger is "PurgeLine"\n  expected one of: AutoZero, AutoCalibrate, PurgeLines, SelfTest, EmergencyStop, ResetAlarms\n  did you mean PurgeLines?',
    ],
    [
      "an unknown instrument",
      at("{ mode: Hold, on: brx-70, rationale: r }"),
      'cut.yaml:11:55  unknown instrument "brx-70"\n  expected one of: brx-07\n  did you mean brx-07?',
    ],
    [
      "the loop of a channel that has none",
      at("{ loop: brx-07.glucose, enabled: false, rationale: r }"),
      "cut.yaml:11:45  glucose of brx-07 takes no setpoint\n  expected one of: dissolved_oxygen, temperature, feed_rate",
    ],
    [
      "an empty comment",
      at("{ acknowledge: 3, on: brx-07, by: uid=jd, comment: ' ' }"),
      "cut.yaml:11:88  the comment is empty\n  expected why the command is given; it goes into the ledger",
    ],
    [
      "a calibration without standards",
      at("{ calibrate: brx-07.temperature, rationale: r, points: [] }"),
      "cut.yaml:11:92  there is no standard to calibrate against\n  expected at least one point",
    ],
    [
      "a date that is none",
      at(
        "{ calibrate: brx-07.temperature, rationale: r, points: [{ reference: 20 Cel, lot: A, expires: soon, certificate: C }] }",
      ),
      'cut.yaml:11:131  "soon" is no date\n  expected a date, such as 2027-06-30',
    ],
    [
      "a name that is none",
      at("{ mode: Hold, on: brx-07, rationale: r }").replace("do-it", "Do It"),
      'cut.yaml:11:21  "Do It" cannot name a command\n  expected lower-case letters, digits and hyphens, not schedule',
    ],
    [
      "no kind of command",
      at("{ sett: brx-07.feed_rate, to: 1 L/h, rationale: r }"),
      'cut.yaml:11:39  unknown key "sett" in "schedule.0.command"\n  expected one of: set, to, rationale, mode, on, loop, enabled, trigger, parameters, acknowledge, by, comment, calibrate, points\n  did you mean set?',
    ],
  ])("%s", (_what, entry, said) => expect(problem(entry)).toBe(said));

  test("two commands of one name", () => {
    const two = at("{ mode: Hold, on: brx-07, rationale: r }");
    expect(problemsOf({ schedule: `${two}\n  - ${two.replace("10 h", "11 h")}` })).toBe(
      'cut.yaml:12:21  command id "do-it" is used twice\n  expected an id of its own',
    );
  });
});
