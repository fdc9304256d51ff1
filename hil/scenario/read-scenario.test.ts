import { formatProblems, ProblemsError } from "@helix/config";
import { describe, expect, test } from "vitest";
import { readScenario } from "./read-scenario.ts";
import { TEST_PARTS } from "./testing/test-scenario.ts";

const GOOD = `
scenario: cut
title: A cut
covers: [HAL-3.2-backoff]
seed: 7
begin: 95 h
duration: 12 h
plant:
  twin: cho-fed-batch
  instruments:
    brx-07: { simulator: sartorius-biostat, driver: sartorius-biostat, protocol: opcua, sample: 10 s }
schedule:
  - { at: 96 h, command: { set: brx-07.feed_rate, to: 2.2 mL/h, rationale: daily feed } }
  - { every: 2 h, from: 98 h, until: 103 h, command: { set: brx-07.temperature, to: 310.15 K, rationale: shift } }
faults:
  - { id: cut, at: 96 h - 2 s, for: 20 s, on: brx-07.link, inject: partition }
  - { id: drift, at: 100 h +- 30 min, for: 4 h, on: brx-07.dissolved_oxygen, inject: drift, rate: '-1.5 %{airsat}/h' }
expect:
  - { always: every-gap-is-recorded }
  - { within: 60 s, after: cut.end, instrument: brx-07, status: Streaming }
  - { at: end, state: twin.viable_cell_density, between: [3e6, 12e6], unit: '{cells}/mL' }
  - { at: 100 h, channel: brx-07.temperature, between: [36, 38], unit: Cel }
  - { at: end, ledger: clean }
`.trimStart();

const readText = (text: string, seed?: number) => readScenario(text, "cut.yaml", TEST_PARTS, seed);

/** What a person sees, for GOOD with one text in place of another. */
function problemsAfter(...changes: [from: string, to: string][]): string {
  let text = GOOD;
  for (const [from, to] of changes) {
    if (!text.includes(from)) throw new Error(`"${from}" is not in the scenario`);
    text = text.replace(from, to);
  }
  try {
    readText(text);
  } catch (error) {
    if (!(error instanceof ProblemsError)) throw error;
    // Without the source line and its caret: formatProblems has tests of its own.
    return formatProblems(error.problems, new Map()).replaceAll("\n\n", "\n");
  }
  return "";
}

describe("a scenario becomes a plan", () => {
  test("times are s of batch age, quantities in the channel's unit", () => {
    const plan = readText(GOOD);
    expect(plan).toMatchObject({
      scenario: "cut",
      seed: 7,
      beginS: 342_000,
      endS: 385_200,
      twin: "cho-fed-batch",
    });
    const setpoints = plan.commands.filter((c) => c.kind === "setpoint");
    expect(setpoints.map((c) => [c.id, c.atS / 3600, c.channel, c.value, c.unit])).toEqual([
      ["schedule.1", 96, "feed_rate", expect.closeTo(0.0022, 12), "L/h"],
      ["schedule.2.1", 98, "temperature", expect.closeTo(37, 9), "Cel"],
      ["schedule.2.2", 100, "temperature", expect.closeTo(37, 9), "Cel"],
      ["schedule.2.3", 102, "temperature", expect.closeTo(37, 9), "Cel"],
    ]);
    expect(plan.faults[0]).toMatchObject({ id: "cut", beginS: 345_598, endS: 345_618, channel: undefined });
    expect(plan.faults[1]).toMatchObject({ channel: "dissolved_oxygen", settings: { ratePerHour: -1.5 } });
    expect(plan.expectations[2]).toMatchObject({
      kind: "state",
      atS: undefined,
      min: 3,
      max: 12,
      unit: "10*6{cells}/mL",
    });
  });

  test("an instrument may be tried again more often than usual", () => {
    expect(readText(GOOD, 1).instruments[0]).not.toHaveProperty("reconnectRetries");
    const patient = GOOD.replace("sample: 10 s", "sample: 10 s, reconnect_retries: 6000");
    expect(readText(patient, 1).instruments).toMatchObject([{ key: "brx-07", reconnectRetries: 6000 }]);
    expect(problemsAfter(["sample: 10 s", "sample: 10 s, reconnect_retries: never"])).toContain(
      'reconnect_retries is "never"\n  expected a whole number of at least 0',
    );
  });
  test("an uncertain time is drawn from the seed, within its tolerance", () => {
    const begins = [1, 2, 3, 4, 5].map((seed) => readText(GOOD, seed).faults[1]?.beginS as number);
    for (const beginS of begins) expect(Math.abs(beginS - 360_000)).toBeLessThanOrEqual(1800);
    expect(new Set(begins).size).toBe(5);
    expect(readText(GOOD, 3).faults[1]?.beginS).toBe(begins[2]);
  });

  test("another uncertain fault does not shift the first", () => {
    const more = GOOD.replace(
      "expect:",
      "  - { id: again, at: 97 h +- 5 min, for: 20 s, on: brx-07.link, inject: partition }\nexpect:",
    );
    const drift = (text: string) => readText(text).faults.find((f) => f.id === "drift")?.beginS;
    expect(drift(more)).toBe(drift(GOOD));
  });
});

describe("what is wrong is said with its place, what was expected and the nearest right word", () => {
  test.each<[what: string, change: [string, string], problem: string]>([
    [
      "a misspelt key",
      ["duration:", "duraton:"],
      'cut.yaml:6:1  unknown key "duraton"\n  expected one of: scenario, title, covers, seed, begin, duration, plant, schedule, faults, expect\n  did you mean duration?',
    ],
    [
      "a misspelt key of a fault",
      ["rate: '-1.5", "rat: '-1.5"],
      'cut.yaml:16:93  unknown key "rat" in "faults.1"\n  expected one of: id, at, for, on, inject, rate\n  did you mean rate?',
    ],
    [
      "a misspelt key of an expectation",
      ["ledger: clean", "ledgr: clean"],
      'cut.yaml:22:16  unknown key "ledgr" in "expect.4"\n  expected one of: always, budget, between, unit, from, until, allow, after, status, never, eventually, within, instrument, value, at, state, channel, outcome, of, ledger\n  did you mean ledger?',
    ],
    [
      "a wrong type",
      ["seed: 7", "seed: seven"],
      'cut.yaml:4:7  seed is "seven"\n  expected a whole number of at least 0',
    ],
    [
      "an unknown unit",
      ["2.2 mL/h", "2.2 mL/hr"],
      "cut.yaml:12:55  unit `mL/hr` is not known\n  expected a number with its unit, such as 0.024 L/h\n  did you mean mL/h?",
    ],
    [
      "a unit of the wrong quantity",
      ["2.2 mL/h", "2.2 mL"],
      "cut.yaml:12:55  `mL` measures volume\n  expected volume flow, such as L/h",
    ],
    [
      "a number without a unit",
      ["2.2 mL/h", '"2.2"'],
      "cut.yaml:12:55  `2.2` has no unit\n  expected a number with its unit, such as 0.024 L/h",
    ],
    [
      "a time in a unit that is none",
      ["duration: 12 h", "duration: 12 Cel"],
      "cut.yaml:6:11  `Cel` (temperature) is not a unit of time; `s`, `min`, `h` and `d` are\n  expected a duration with its unit, such as 45 s",
    ],
    [
      "an unknown instrument",
      ["set: brx-07.feed_rate", "set: brx-7.feed_rate"],
      'cut.yaml:12:33  unknown instrument "brx-7"\n  expected one of: brx-07\n  did you mean brx-07?',
    ],
    [
      "an unknown channel",
      ["brx-07.feed_rate", "brx-07.feedrate"],
      'cut.yaml:12:33  unknown channel "feedrate"\n  expected one of: dissolved_oxygen, temperature, feed_rate, glucose\n  did you mean feed_rate?',
    ],
    [
      "a channel without setpoint",
      ["brx-07.feed_rate, to: 2.2 mL/h", "brx-07.glucose, to: 2 mmol/L"],
      "cut.yaml:12:33  glucose of brx-07 takes no setpoint\n  expected one of: dissolved_oxygen, temperature, feed_rate",
    ],
    [
      "an unknown twin state",
      ["twin.viable_cell_density", "twin.viable_cells"],
      'cut.yaml:20:23  unknown twin state "twin.viable_cells"\n  expected one of: twin.viable_cell_density, twin.glucose\n  did you mean twin.viable_cell_density?',
    ],
    [
      "an unknown twin",
      ["twin: cho-fed-batch", "twin: cho-fedbatch"],
      'cut.yaml:8:9  unknown twin "cho-fedbatch"\n  expected one of: cho-fed-batch\n  did you mean cho-fed-batch?',
    ],
    [
      "an unknown driver",
      ["driver: sartorius-biostat", "driver: sartorius-biostadt"],
      'cut.yaml:10:53  unknown driver "sartorius-biostadt"\n  expected one of: sartorius-biostat\n  did you mean sartorius-biostat?',
    ],
    [
      "an unknown simulator",
      ["simulator: sartorius-biostat", "simulator: sartorius"],
      'cut.yaml:10:26  unknown simulator "sartorius"\n  expected one of: sartorius-biostat',
    ],
    [
      "an unknown fault",
      ["inject: partition", "inject: partiton"],
      'cut.yaml:15:68  unknown fault "partiton"\n  expected a fault that `helix faults` lists\n  did you mean partition?',
    ],
    [
      "an unknown invariant",
      ["every-gap-is-recorded", "every-gap-recorded"],
      'cut.yaml:18:15  unknown invariant "every-gap-recorded"\n  expected one of: every-gap-is-recorded, one-outcome-per-command, exactly-one-audit-record, setpoint-agrees-with-plant, no-stale-value-marked-good, ledger-clean, no-leak\n  did you mean every-gap-is-recorded?',
    ],
    [
      "a fault id that does not exist",
      ["after: cut.end", "after: cat.end"],
      'cut.yaml:19:28  unknown moment "cat.end"\n  expected one of: begin, cut.begin, cut.end, drift.begin, drift.end\n  did you mean cut.end?',
    ],
    [
      "an unknown status",
      ["status: Streaming", "status: Steaming"],
      'cut.yaml:19:65  unknown status "Steaming"\n  expected one of: Uninitialized, Connecting, Connected, Streaming, Degraded, Disconnecting, Disconnected, FaultIsolated\n  did you mean Streaming?',
    ],
    [
      "a fault of a link on a channel",
      ["on: brx-07.link", "on: brx-07.temperature"],
      'cut.yaml:15:47  partition is a fault of a link, and "brx-07.temperature" is none\n  expected <instrument>.link\n  did you mean brx-07.link?',
    ],
    [
      "a rate of something else",
      ["'-1.5 %{airsat}/h'", "-1.5 Cel/h"],
      "cut.yaml:16:99  `Cel/h` is no rate of dissolved_oxygen\n  expected a rate of %{airsat}, such as %{airsat}/h",
    ],
    [
      "a command after the run",
      ["at: 96 h,", "at: 107 h,"],
      "cut.yaml:12:11  `107 h` is outside the run\n  expected a time from 95 h to 107 h",
    ],
    [
      "a fault that some seeds put before the run",
      ["100 h +- 30 min", "95 h +- 30 min"],
      "cut.yaml:16:22  `95 h +- 30 min` is outside the run\n  expected a time from 95 h to 107 h",
    ],
    [
      "a fault that outlives the run",
      ["for: 4 h", "for: 7 h"],
      "cut.yaml:16:44  the fault lasts longer than the run\n  expected an end within from 95 h to 107 h",
    ],
    [
      "a window that the run is too short for",
      ["within: 60 s", "within: 12 h"],
      "cut.yaml:19:15  the run ends at 107 h, before `12 h` are over\n  expected a longer run or a shorter time",
    ],
    [
      "a fault id twice",
      ["id: drift", "id: cut"],
      'cut.yaml:16:11  fault id "cut" is used twice\n  expected an id of its own',
    ],
    ["a key twice", ["seed: 7", "seed: 7\nseed: 8"], 'cut.yaml:5:1  "seed" stands here twice'],
    [
      "a name other than the file's",
      ["scenario: cut", "scenario: cute"],
      'cut.yaml:1:11  the scenario is called "cute" and its file "cut"\n  expected the same name\n  did you mean cut?',
    ],
    [
      "bounds the wrong way round",
      ["[36, 38]", "[38, 36]"],
      "cut.yaml:21:56  [38, 36] is empty\n  expected the lower bound first",
    ],
    [
      "a unit with braces without quotes",
      ["'-1.5 %{airsat}/h'", "-1.5 %{airsat}/h"],
      "cut.yaml:16:99  `-1.5 %{airsat}/h` holds a brace, which YAML reads as the start of a new mapping\n  expected the value in quotes: '-1.5 %{airsat}/h'",
    ],
    [
      "a mapping that is not closed",
      ["ledger: clean }", "ledger: clean"],
      "cut.yaml:23:1  not YAML: flow map in block collection must be sufficiently indented and end with a }",
    ],
  ])("%s", (_what, change, problem) => {
    expect(problemsAfter(change)).toBe(problem);
  });

  test("all units without quotes at once, in flow mappings with brackets too", () => {
    expect(
      problemsAfter(
        ["'-1.5 %{airsat}/h'", "-1.5 %{airsat}/h"],
        ["'{cells}/mL'", "{cells}/mL"],
        ["unit: Cel", "unit: 10*6{cells}/mL"],
      ),
    ).toBe(
      [
        "cut.yaml:16:99  `-1.5 %{airsat}/h` holds a brace, which YAML reads as the start of a new mapping",
        "  expected the value in quotes: '-1.5 %{airsat}/h'",
        "cut.yaml:20:77  `{cells}/mL` holds a brace, which YAML reads as the start of a new mapping",
        "  expected the value in quotes: '{cells}/mL'",
        "cut.yaml:21:72  `10*6{cells}/mL` holds a brace, which YAML reads as the start of a new mapping",
        "  expected the value in quotes: '10*6{cells}/mL'",
      ].join("\n"),
    );
  });

  test("all problems of a file, in its order: a misspelt key does not hide a wrong unit elsewhere", () => {
    const said = problemsAfter(
      ["status: Streaming", "staus: Streaming"],
      ["2.2 mL/h", "2.2 Cel"],
      ["cut.end", "cutt.end"],
    );
    expect(said.split("\n").filter((line) => line.startsWith("cut.yaml"))).toEqual([
      "cut.yaml:12:55  `Cel` measures temperature",
      'cut.yaml:19:58  unknown key "staus" in "expect.1"',
    ]);
  });

  test("a wrong seed and an unknown key do not hide the rest", () => {
    const said = problemsAfter(["seed: 7", "seed: x\nauthor: me"], ["inject: partition", "inject: partiton"]);
    expect(said.split("\n").filter((line) => line.startsWith("cut.yaml"))).toEqual([
      'cut.yaml:4:7  seed is "x"',
      'cut.yaml:5:1  unknown key "author"',
      'cut.yaml:16:68  unknown fault "partiton"',
    ]);
  });

  test("an empty file and a file that is no mapping are refused", () => {
    expect(() => readText("")).toThrow(ProblemsError);
    expect(() => readText("- 1\n- 2\n")).toThrow(ProblemsError);
  });

  test("a scenario that expects nothing is refused: it could prove nothing", () => {
    expect(problemsAfter([GOOD.slice(GOOD.indexOf("expect:")), "expect: []\n"])).toBe(
      "cut.yaml:17:9  nothing is expected, so nothing could be proved\n  expected at least one expectation",
    );
  });
});
