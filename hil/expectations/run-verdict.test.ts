/** From findings to the verdict of a run: what outweighs what, and that nothing passes by having nothing to say. */
import type { RunRecordLine } from "@helix/run-record";
import { describe, expect, test } from "vitest";
import type { ExpectationRule } from "../scenario/plan.ts";
import type { RunFacts } from "./finding.ts";
import { INVARIANTS } from "./invariants.ts";
import { judgeExpectations } from "./judge.ts";
import { runVerdict } from "./run-verdict.ts";
import { COMMAND, CUT, facts, GAP, GOOD_LINES, ledgerLine, PLAN, status } from "./test-facts.ts";

describe("the verdict of a run", () => {
  const verdictOf = (run: RunFacts, interruption?: Parameters<typeof runVerdict>[2]) =>
    runVerdict(run, judgeExpectations(run), interruption);
  const receipt = { summary: "", before: "", after: "", driverSaw: undefined, figures: {} };
  const withCut = (lines: RunRecordLine[]) =>
    facts({ plan: { ...PLAN, faults: [CUT] }, lines: [...GOOD_LINES, ...lines] });
  const failing = { lines: [...GOOD_LINES, GAP] };

  test("all met is a pass", () => {
    expect(verdictOf(facts())).toEqual({
      verdict: "pass",
      cause: undefined,
      summary: "All 1 expectations are met.",
    });
  });
  test("a fault with a receipt is a pass", () => {
    expect(verdictOf(withCut([{ ...CUT, kind: "fault", receipt }])).verdict).toBe("pass");
  });
  test("a fault without a receipt is invalid, whatever else is met", () => {
    expect(verdictOf(withCut([{ ...CUT, kind: "fault", receipt: undefined }]))).toMatchObject({
      verdict: "invalid",
      cause: "bench",
    });
  });
  test("a fault that was not injected is invalid", () => {
    expect(verdictOf(withCut([])).verdict).toBe("invalid");
  });
  test("a command that was not sent is invalid", () => {
    expect(
      verdictOf(facts({ plan: { ...PLAN, commands: [COMMAND, { ...COMMAND, id: "schedule.2" }] } })).verdict,
    ).toBe("invalid");
  });
  test("invalid beats fail beats inconclusive beats pass", () => {
    const invalid = { ...withCut([{ ...CUT, kind: "fault", receipt: undefined }, GAP]) };
    expect(verdictOf(invalid).verdict).toBe("invalid");
    expect(verdictOf(facts(failing)).verdict).toBe("fail");
    expect(verdictOf(facts(failing), { verdict: "inconclusive", cause: "bench", summary: "" }).verdict).toBe(
      "fail",
    );
    expect(verdictOf(facts(), { verdict: "inconclusive", cause: "bench", summary: "" }).verdict).toBe(
      "inconclusive",
    );
  });
  test("Ctrl-C is inconclusive, whatever was seen so far", () => {
    const stopped = { verdict: "inconclusive", cause: "test", summary: "stopped" } as const;
    expect(verdictOf(facts({ ...failing, complete: false }), stopped)).toEqual(stopped);
  });

  describe("nothing passes by having nothing to say", () => {
    test("no expectation", () => {
      expect(verdictOf(facts({ plan: { ...PLAN, expectations: [] } })).verdict).toBe("inconclusive");
    });
    test("no sample, also where no expectation asks for one", () => {
      const ledgerOnly = {
        ...PLAN,
        commands: [],
        expectations: [{ index: 0, text: "at: end, ledger: clean", kind: "ledger" as const }],
      };
      const run = facts({ plan: ledgerOnly, lines: [status(0, "Streaming"), ledgerLine()], audit: [] });
      expect(judgeExpectations(run)[0]?.verdict).toBe("pass");
      expect(verdictOf(run)).toEqual({
        verdict: "inconclusive",
        cause: "driver",
        summary: "No sample of brx-07 came.",
      });
    });
    test("an empty record, with every kind of expectation there is", () => {
      const rules: ExpectationRule[] = [
        ...[...INVARIANTS.keys()].map((invariant): ExpectationRule => ({ kind: "always", invariant })),
        { kind: "status", withinS: 10, after: "begin", instrument: "brx-07", status: "Streaming" },
        { kind: "state", atS: undefined, state: "glucose", min: 0, max: 1, unit: "mmol/L" },
        { kind: "channel", atS: 50, instrument: "brx-07", channel: "ph", min: 0, max: 14, unit: "[pH]" },
        { kind: "ledger" },
      ];
      const plan = {
        ...PLAN,
        commands: [],
        expectations: rules.map((rule, index) => ({ index, text: `${index}`, ...rule })),
      };
      const run = facts({ plan, lines: [], audit: [], scheduled: new Map() });
      expect(judgeExpectations(run).filter((line) => line.verdict === "pass")).toEqual([]);
      expect(verdictOf(run).verdict).not.toBe("pass");
    });
  });
});
