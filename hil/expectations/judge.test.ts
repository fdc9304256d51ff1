/** Each kind of expectation by itself; gaps, commands and the verdict of a run have tests of their own. */
import type { FaultLine, RunRecordLine, Verdict } from "@helix/run-record";
import { describe, expect, test } from "vitest";
import type { ExpectationRule } from "../scenario/plan.ts";
import type { RunFacts } from "./finding.ts";
import { INVARIANTS } from "./invariants.ts";
import { judgeExpectations, judgeInvariant } from "./judge.ts";
import { runVerdict } from "./run-verdict.ts";
import { CUT, facts, GOOD_LINES, ledgerLine, PLAN, sample, status } from "./test-facts.ts";

const judge = (rule: ExpectationRule, run: RunFacts) => {
  const plan = { ...run.plan, expectations: [{ index: 0, text: "rule", ...rule }] };
  const [line] = judgeExpectations({ ...run, plan });
  if (!line) throw new Error("nothing was judged");
  return line;
};

describe("status within a time", () => {
  const rule: ExpectationRule = {
    kind: "status",
    withinS: 20,
    after: "cut.end",
    instrument: "brx-07",
    status: "Streaming",
  };
  const cut: FaultLine = { ...CUT, kind: "fault", receipt: undefined };
  const judgeStatus = (changes: RunRecordLine[], more: Partial<RunFacts> = {}) =>
    judge(rule, facts({ lines: [cut, status(0, "Streaming"), ...changes, sample(60, 6)], ...more }));

  test.each<[what: string, changes: RunRecordLine[], actual: string]>([
    ["lost and back in time", [status(42, "Disconnected"), status(55, "Streaming")], "Streaming after 5 s"],
    ["never lost", [], "Streaming all the time"],
    [
      "back, lost again and back in time",
      [status(51, "Streaming"), status(52, "Degraded"), status(69, "Streaming")],
      "Streaming after 19 s",
    ],
  ])("%s is a pass", (_what, changes, actual) => {
    expect(judgeStatus(changes)).toMatchObject({ verdict: "pass", actual });
  });
  test("the stop of a run that ends with the time does not count", () => {
    const stopped = [status(55, "Streaming"), status(70, "Disconnected")];
    expect(judgeStatus(stopped, { reachedS: 70 })).toMatchObject({ verdict: "pass" });
    expect(judgeStatus(stopped, { reachedS: 71 })).toMatchObject({ verdict: "fail" });
  });
  test.each<[what: string, changes: RunRecordLine[], actual: string]>([
    [
      "back too late",
      [status(42, "Disconnected"), status(71, "Streaming")],
      "Disconnected at 0 h 1 min 10 s",
    ],
    ["lost only after the fault, for good", [status(53, "Disconnected")], "Disconnected at 0 h 1 min 10 s"],
    [
      "back for a moment only",
      [status(42, "Disconnected"), status(55, "Streaming"), status(60, "Connecting")],
      "Connecting at 0 h 1 min 10 s",
    ],
  ])("%s is a fail", (_what, changes, actual) => {
    expect(judgeStatus(changes)).toMatchObject({ verdict: "fail", cause: "driver", actual });
  });
  test("Streaming without a sample to show for it is a fail", () => {
    const lines = [cut, status(0, "Streaming"), sample(10, 1)];
    expect(judge(rule, facts({ lines }))).toMatchObject({ verdict: "fail", cause: "driver" });
  });
  test("a fault that did not come, no status at all, a run that ended before: no pass", () => {
    expect(judge(rule, facts({ lines: [status(0, "Streaming")] })).verdict).toBe("invalid");
    expect(judge(rule, facts({ lines: [cut, sample(60, 6)] })).verdict).toBe("inconclusive");
    expect(judgeStatus([], { reachedS: 69 }).verdict).toBe("inconclusive");
  });
});

describe("values in a band", () => {
  const state: ExpectationRule = {
    kind: "state",
    atS: undefined,
    state: "glucose",
    min: 10,
    max: 30,
    unit: "mmol/L",
  };
  const channel: ExpectationRule = {
    kind: "channel",
    atS: 50,
    instrument: "brx-07",
    channel: "ph",
    min: 7,
    max: 7.2,
    unit: "[pH]",
  };

  test("inside is a pass, outside a fail", () => {
    expect(judge(state, facts())).toMatchObject({ verdict: "pass", actual: "20 mmol/L" });
    expect(judge({ ...state, max: 19 }, facts())).toMatchObject({ verdict: "fail", cause: "twin" });
    expect(judge(channel, facts())).toMatchObject({ verdict: "pass", actual: "7.1 [pH]" });
    expect(judge({ ...channel, max: 7.05 }, facts())).toMatchObject({ verdict: "fail", cause: "device" });
  });
  test.each<[what: string, lines: RunRecordLine[], rule: ExpectationRule]>([
    ["no value", [], state],
    ["a value that is no number", [{ kind: "truth", t: 100, states: { glucose: Number.NaN } }], state],
    ["a state that was not recorded", [{ kind: "truth", t: 100, states: { lactate: 1 } }], state],
    ["a value from after the moment", [sample(60, 6)], channel],
    ["a bad reading", [sample(50, 5, { quality: 0 })], channel],
    ["a reading without a number", [sample(50, 5, { value: null })], channel],
  ])("%s is no pass", (_what, lines, rule) => {
    expect(judge(rule, facts({ lines })).verdict).toBe("inconclusive");
  });
  test("an old value says nothing about the moment", () => {
    const run = facts({ plan: { ...PLAN, endS: 2000 }, reachedS: 2000 });
    expect(judge(state, run)).toMatchObject({ verdict: "inconclusive", cause: "bench" });
  });
  test("a run that ended before the moment is no pass", () => {
    expect(judge(state, facts({ reachedS: 99 })).verdict).toBe("inconclusive");
  });
});

describe("ledger: clean", () => {
  const rule: ExpectationRule = { kind: "ledger" };
  test.each([
    [ledgerLine(), "pass"],
    [ledgerLine("CORRUPT"), "fail"],
    [ledgerLine("TORN_TAIL"), "fail"],
    [ledgerLine("CLEAN", "0"), "fail"],
  ])("%o: %s", (line, verdict) => {
    expect(judge(rule, facts({ lines: [line] })).verdict).toBe(verdict);
  });
  test("a ledger that could not be read is no pass", () => {
    expect(judge(rule, facts({ lines: [] })).verdict).toBe("inconclusive");
  });
});

test("every invariant that a scenario may name can be judged", () => {
  for (const name of INVARIANTS.keys()) expect(judgeInvariant(name, facts()).verdict).toBe("pass");
  expect(() => judgeInvariant("no-such", facts())).toThrow(RangeError);
});

describe("what a real plant does not tell", () => {
  const run = (rig: string) => ({ kind: "run", rig }) as RunRecordLine;
  const state = {
    kind: "state",
    state: "glucose",
    unit: "mmol/L",
    min: 19,
    max: 21,
    atS: undefined,
  } as const;
  const value = { of: "state", state: "glucose", unit: "mmol/L" } as const;
  const never = {
    kind: "never",
    fromS: 0,
    untilS: 100,
    claim: { of: "band", value, min: 0, max: 1 },
  } as const;

  test("is not judged on rig physical, though it is on a bench", () => {
    for (const rule of [state, never] as unknown as ExpectationRule[]) {
      const on = (rig: string) => judge(rule, facts({ lines: [run(rig), ...GOOD_LINES] })).verdict;
      expect([on("virtual"), on("wire"), on("physical")]).toEqual(["pass", "pass", "not-run"]);
    }
  });
  test("is said beside the verdict, which the others decide; alone it proves nothing", () => {
    const line = (verdict: Verdict) =>
      ({
        kind: "expectation",
        index: 0,
        text: "t",
        expected: "e",
        actual: "a",
        evidence: [],
        verdict,
        cause: undefined,
      }) as const;
    const noFaults = facts();
    expect(runVerdict(noFaults, [line("pass"), line("not-run")], undefined)).toMatchObject({
      verdict: "pass",
      summary: "1 of 2 expectations are met, and 1 is of what this rig cannot tell.",
    });
    expect(runVerdict(noFaults, [line("fail"), line("not-run")], undefined).verdict).toBe("fail");
    expect(runVerdict(noFaults, [line("not-run")], undefined).verdict).toBe("inconclusive");
  });
});
