/** Claims that hold always, never or at some time, and values that come into their band. */
import type { FaultLine, RunRecordLine } from "@helix/run-record";
import { describe, expect, test } from "vitest";
import type { ArmedFault, Claim, ExpectationRule } from "../scenario/plan.ts";
import type { RunFacts } from "./finding.ts";
import { judgeExpectations } from "./judge.ts";
import { CUT, facts, PLAN, sample, status } from "./test-facts.ts";

const judge = (rule: ExpectationRule, run: RunFacts) => {
  const plan = { ...run.plan, expectations: [{ index: 0, text: "rule", ...rule }] };
  const [line] = judgeExpectations({ ...run, plan });
  if (!line) throw new Error("nothing was judged");
  return line;
};

const cut: FaultLine = { ...CUT, kind: "fault", receipt: undefined };
const ph: Claim = {
  of: "band",
  value: { of: "channel", instrument: "brx-07", channel: "ph", unit: "[pH]" },
  min: 7,
  max: 7.2,
};
const streaming: Claim = { of: "status", instrument: "brx-07", status: "Streaming" };
type Kind = "throughout" | "never" | "eventually";
const over = (kind: Kind, claim: Claim, allowed?: { forS: number; after: string }) =>
  ({ kind, claim, fromS: 0, untilS: 100, allowed }) as const;
const readings = (...values: number[]) => values.map((value, i) => sample(10 * (i + 1), i + 1, { value }));
const run = (lines: RunRecordLine[], more: Partial<RunFacts> = {}) =>
  facts({ lines: [cut, ...lines], ...more });
const verdict = (rule: ExpectationRule, lines: RunRecordLine[], more: Partial<RunFacts> = {}) =>
  judge(rule, run(lines, more)).verdict;

describe("a value in its band", () => {
  const inside = readings(7.1, 7.1, 7.1);
  const outside = readings(7.1, 7.5, 7.1);
  test("always", () => {
    expect(judge(over("throughout", ph), run(inside))).toMatchObject({
      verdict: "pass",
      actual: "3 observations, all of them so",
    });
    expect(judge(over("throughout", ph), run(outside))).toMatchObject({
      verdict: "fail",
      cause: "device",
      actual: "7.5 [pH] at 0 h 0 min 20 s; 1 of 3 observations",
      evidence: ["0 h 0 min 20 s: 7.5 [pH]"],
    });
  });
  test("never", () => {
    expect(verdict(over("never", { ...ph, min: 7.4, max: 8 }), inside)).toBe("pass");
    expect(verdict(over("never", { ...ph, min: 7.4, max: 8 }), outside)).toBe("fail");
  });
  test("at some time", () => {
    expect(judge(over("eventually", { ...ph, min: 7.4, max: 8 }), run(outside))).toMatchObject({
      verdict: "pass",
      actual: "7.5 [pH] at 0 h 0 min 20 s",
    });
    expect(judge(over("eventually", { ...ph, min: 8, max: 9 }), run(outside))).toMatchObject({
      verdict: "fail",
      actual: "never in 3 observations",
    });
  });
  test("outside the part of the run nothing counts", () => {
    expect(verdict({ ...over("throughout", ph), untilS: 15 }, outside)).toBe("pass");
    expect(verdict({ ...over("eventually", { ...ph, min: 7.4, max: 8 }), fromS: 25 }, outside)).toBe("fail");
  });
  test("it is let off for a time after an event, and not longer", () => {
    const values = readings(7.1, 7.1, 7.1, 7.5, 7.1, 7.1, 7.1, 7.1, 7.1, 7.1);
    expect(verdict(over("throughout", ph, { forS: 10, after: "cut.begin" }), values)).toBe("pass");
    expect(verdict(over("throughout", ph, { forS: 10, after: "cut.end" }), values)).toBe("fail");
    expect(verdict(over("throughout", ph), values)).toBe("fail");
  });
  test.each<[what: string, lines: RunRecordLine[], more: Partial<RunFacts>]>([
    ["no reading", [], {}],
    ["bad readings", [sample(10, 1, { quality: 0 })], {}],
    ["a run that ended before", inside, { reachedS: 99, complete: false }],
    ["a hole that nobody can speak for", readings(7.1), { plan: { ...PLAN, endS: 1000 }, reachedS: 1000 }],
  ])("%s is no pass", (_what, lines, more) => {
    const untilS = more.reachedS === 1000 ? 1000 : 100;
    expect(verdict({ ...over("throughout", ph), untilS }, lines, more)).toBe("inconclusive");
    expect(verdict({ ...over("never", { ...ph, min: 8, max: 9 }), untilS }, lines, more)).toBe(
      "inconclusive",
    );
  });
  test("what was seen to go wrong is a fail, also where the run was cut short", () => {
    expect(verdict(over("throughout", ph), outside, { reachedS: 30, complete: false })).toBe("fail");
  });
  test("with every reading let off there is nothing left to pass", () => {
    expect(verdict(over("throughout", ph, { forS: 90, after: "cut.begin" }), [sample(45, 1)])).toBe(
      "inconclusive",
    );
  });
});

describe("a status", () => {
  const lost = [status(0, "Streaming"), status(42, "Disconnected"), status(55, "Streaming")];
  test("always, never, at some time", () => {
    expect(verdict(over("throughout", streaming), [status(0, "Streaming")])).toBe("pass");
    expect(judge(over("throughout", streaming), run(lost))).toMatchObject({
      verdict: "fail",
      cause: "driver",
    });
    // The runtime's own goodbye stands at the last moment of the run.
    const stopped = [status(0, "Streaming"), status(100, "Disconnected")];
    expect(verdict(over("throughout", streaming), stopped)).toBe("pass");
    expect(verdict(over("throughout", streaming), [status(0, "Streaming"), status(99, "Disconnected")])).toBe(
      "fail",
    );
    const isolated: Claim = { ...streaming, status: "FaultIsolated" };
    expect(verdict(over("never", isolated), lost)).toBe("pass");
    expect(verdict(over("eventually", isolated), lost)).toBe("fail");
    expect(verdict(over("eventually", { ...streaming, status: "Disconnected" }), lost)).toBe("pass");
  });
  test("what was in force at the beginning of the part counts", () => {
    expect(verdict({ ...over("throughout", streaming), fromS: 45, untilS: 50 }, lost)).toBe("fail");
    expect(verdict({ ...over("throughout", streaming), fromS: 60 }, lost)).toBe("pass");
  });
  test("a loss is let off as long as allowed: one that outlives it is not", () => {
    expect(verdict(over("throughout", streaming, { forS: 20, after: "cut.begin" }), lost)).toBe("pass");
    expect(verdict(over("throughout", streaming, { forS: 12, after: "cut.begin" }), lost)).toBe("fail");
  });
});

describe("what can never be answered is invalid", () => {
  const glucose: Claim = {
    of: "band",
    value: { of: "state", state: "glucose", unit: "mmol/L" },
    min: 0,
    max: 50,
  };
  test("a true state on a rig that knows none", () => {
    expect(verdict(over("throughout", glucose), readings(7.1))).toBe("invalid");
  });
  test("an allowance after an event that did not come", () => {
    const rule = over("throughout", ph, { forS: 10, after: "late.begin" });
    expect(verdict(rule, readings(7.1))).toBe("invalid");
    expect(verdict(rule, readings(7.1), { complete: false })).toBe("inconclusive");
  });
  test("but a fault that may not come leaves it undecided", () => {
    const late = { ...CUT, id: "late", when: { text: "" }, mayNotCome: true } as unknown as ArmedFault;
    const rule = over("throughout", ph, { forS: 10, after: "late.begin" });
    expect(verdict(rule, readings(7.1), { plan: { ...PLAN, armed: [late] } })).toBe("inconclusive");
  });
});

describe("a value that comes into its band in time", () => {
  const rule = { kind: "reach", withinS: 30, after: "cut.end", claim: ph } as const;
  test("and stays there is a pass", () => {
    expect(judge(rule, run(readings(8, 8, 8, 8, 8, 8, 7.1, 7.1)))).toMatchObject({
      verdict: "pass",
      actual: "7.1 [pH], in the band after 20 s",
    });
  });
  test.each<[what: string, values: number[]]>([
    ["too late", [8, 8, 8, 8, 8, 8, 8, 8, 7.1]],
    ["and out again", [8, 8, 8, 8, 8, 7.1, 7.1, 8]],
    ["never", [8, 8, 8, 8, 8, 8, 8, 8, 8]],
  ])("%s is a fail", (_what, values) => expect(verdict(rule, readings(...values))).toBe("fail"));
  test("without a reading in that time, or in a run that ended before: no pass", () => {
    expect(verdict(rule, readings(7.1, 7.1))).toBe("inconclusive");
    expect(verdict(rule, readings(7.1), { reachedS: 79 })).toBe("inconclusive");
  });
  test("counted from a command", () => {
    const lines = [...facts().lines];
    const plan = facts().plan;
    const sent = { ...rule, after: "schedule.1.sent" } as const;
    expect(judge(sent, facts({ lines, plan }))).toMatchObject({ verdict: "pass" });
  });
});
