/** Expectations over a part of the run, and those that no run could ever answer. */
import { describe, expect, test } from "vitest";
import { problemsOf, readTestScenario } from "./testing/test-scenario.ts";

const rule = (entry: string) => readTestScenario({ expect: entry }).expectations[0];
const problem = (entry: string) => problemsOf({ expect: entry });

describe("claims over a part of the run", () => {
  const temperature = { of: "channel", instrument: "brx-07", channel: "temperature", unit: "Cel" };

  test.each<[entry: string, planned: object]>([
    [
      "{ always: brx-07.temperature, between: [300.15, 310.15], unit: K }",
      {
        kind: "throughout",
        claim: { of: "band", value: temperature, min: expect.closeTo(27, 9), max: expect.closeTo(37, 9) },
        fromS: 0,
        untilS: 43_200,
        allowed: undefined,
      },
    ],
    [
      "{ always: twin.glucose, between: [1, 9], unit: mmol/L, from: 2 h, until: 3 h, allow: 10 min, after: cut.end }",
      { kind: "throughout", fromS: 7200, untilS: 10_800, allowed: { forS: 600, after: "cut.end" } },
    ],
    [
      "{ never: brx-07, status: FaultIsolated }",
      { kind: "never", claim: { of: "status", instrument: "brx-07", status: "FaultIsolated" } },
    ],
    ["{ eventually: brx-07, status: Streaming, until: 1 h }", { kind: "eventually", untilS: 3600 }],
    [
      "{ within: 1 h, after: feed.sent, value: brx-07.temperature, between: [30, 31], unit: Cel }",
      { kind: "reach", withinS: 3600, after: "feed.sent", claim: { value: temperature } },
    ],
    ["{ outcome: unknown, of: feed }", { kind: "outcome", command: "feed", outcome: "unknown" }],
    [
      "{ always: no-leak, budget: { sockets: 0, heap_megabytes: 8 } }",
      { kind: "always", invariant: "no-leak", budget: { sockets: 0, timers: 20, heapMegabytes: 8 } },
    ],
  ])("%s", (entry, planned) => expect(rule(entry)).toMatchObject(planned));
});

describe("what no run could answer is refused", () => {
  test.each<[what: string, entry: string, said: string]>([
    [
      "a window before the run",
      "{ always: brx-07.temperature, between: [30, 31], unit: Cel, until: 13 h }",
      "cut.yaml:15:72  `13 h` is outside the run\n  expected a time from 0 h to 12 h",
    ],
    [
      "a window too short for a sample",
      "{ never: brx-07.temperature, between: [30, 31], unit: Cel, from: 2 h, until: 2 h + 5 s }",
      "cut.yaml:15:70  from 2 h to 2.0014 h there is nothing to judge\n  expected at least 10 s",
    ],
    [
      "a window the wrong way round",
      "{ eventually: twin.glucose, between: [1, 2], unit: mmol/L, from: 3 h, until: 2 h }",
      "cut.yaml:15:70  from 3 h to 2 h there is nothing to judge\n  expected at least 1 s",
    ],
    [
      "an allowance that leaves nothing",
      "{ always: twin.glucose, between: [1, 2], unit: mmol/L, allow: 12 h, after: begin }",
      "cut.yaml:15:67  with `12 h` allowed there is nothing left to judge\n  expected a shorter time",
    ],
    [
      "allow without after",
      "{ always: twin.glucose, between: [1, 2], unit: mmol/L, allow: 1 h }",
      "cut.yaml:15:5  `allow` stands alone\n  expected both allow and after, such as allow: 10 min, after: cut.end",
    ],
    [
      "a value that cannot come in time",
      "{ within: 8 h, after: cut.end, value: twin.glucose, between: [1, 2], unit: mmol/L }",
      "cut.yaml:15:15  the run ends at 12 h, before `8 h` are over\n  expected a longer run or a shorter time",
    ],
    [
      "an unknown moment",
      "{ always: twin.glucose, between: [1, 2], unit: mmol/L, allow: 1 h, after: fed.sent }",
      'cut.yaml:15:79  unknown moment "fed.sent"\n  expected one of: begin, cut.begin, cut.end, feed.sent\n  did you mean feed.sent?',
    ],
    [
      "an unknown command",
      "{ outcome: unknown, of: fed }",
      'cut.yaml:15:29  unknown command "fed"\n  expected one of: feed\n  did you mean feed?',
    ],
    [
      "an unknown outcome",
      "{ outcome: rejekted, of: feed }",
      'cut.yaml:15:16  expect.0.outcome is "rejekted"\n  expected one of: acknowledged, rejected, unknown, not-sent\n  did you mean rejected?',
    ],
    [
      "a misspelt key of a band",
      "{ always: brx-07.temperature, betwen: [30, 31], unit: Cel }",
      'cut.yaml:15:35  unknown key "betwen" in "expect.0"\n  expected one of: always, between, unit, from, until, allow, after\n  did you mean between?',
    ],
    [
      "an instrument with a band",
      "{ always: brx-07, between: [30, 31], unit: Cel }",
      'cut.yaml:15:15  "brx-07" names no channel\n  expected <instrument>.<channel>, such as brx-07.feed_rate',
    ],
    [
      "an unknown status",
      "{ never: brx-07, status: Isolated }",
      'cut.yaml:15:30  unknown status "Isolated"\n  expected one of: Uninitialized, Connecting, Connected, Streaming, Degraded, Disconnecting, Disconnected, FaultIsolated',
    ],
  ])("%s", (_what, entry, said) => expect(problem(entry)).toBe(said));

  test.each(["one-outcome-per-command", "exactly-one-audit-record", "setpoint-agrees-with-plant"])(
    "%s without a command",
    (invariant) => {
      expect(problemsOf({ schedule: null, expect: `{ always: ${invariant} }` })).toBe(
        `cut.yaml:13:15  nothing is scheduled, so ${invariant} could prove nothing\n  expected a schedule, or an expectation about something else`,
      );
    },
  );
});
