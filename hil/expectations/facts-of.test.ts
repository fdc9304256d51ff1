import type { RunRecordLine } from "@helix/run-record";
import { expect, test } from "vitest";
import { factsOf } from "./facts-of.ts";
import { judgeExpectations } from "./judge.ts";
import { runVerdict } from "./run-verdict.ts";
import { COMMAND, commandRecords, facts, GOOD_LINES, PLAN } from "./test-facts.ts";

const plan = {
  ...PLAN,
  commands: [COMMAND],
  expectations: [
    ...PLAN.expectations,
    { index: 1, text: "", kind: "always", invariant: "one-outcome-per-command" } as const,
    { index: 2, text: "", kind: "outcome", command: "schedule.1", outcome: "acknowledged" } as const,
    { index: 3, text: "", kind: "ledger" } as const,
  ],
};
const lines: RunRecordLine[] = [
  { kind: "plan", plan },
  ...GOOD_LINES.map((line) => (line.kind === "command" ? { ...line, scheduled: "schedule.1" } : line)),
  { kind: "reached", t: 100, complete: true },
  ...commandRecords().map((record): RunRecordLine => ({ kind: "audit", ...record })),
];
/** As another program reads it. */
const reread = (from: readonly RunRecordLine[]): RunRecordLine[] =>
  from.map((line) => JSON.parse(JSON.stringify(line)) as RunRecordLine);

test("a record that was written and read again is judged as the run was", () => {
  const here = facts({ plan, lines });
  const there = factsOf(reread(lines));
  const judged = judgeExpectations(here);
  expect(judged.map(({ verdict }) => verdict)).toEqual(["pass", "pass", "pass", "pass"]);
  expect(judgeExpectations(there)).toEqual(judged);
  expect(runVerdict(there, judgeExpectations(there), undefined)).toEqual(runVerdict(here, judged, undefined));
});

test("a ledger that was not read back leaves no audit to judge by", () => {
  const unread = lines.filter(({ kind }) => kind !== "ledger" && kind !== "audit");
  expect(factsOf(unread).audit).toBeUndefined();
  expect(judgeExpectations(factsOf(unread)).map(({ verdict }) => verdict)).toEqual([
    "inconclusive",
    "inconclusive",
    "pass",
    "inconclusive",
  ]);
});

test("a record without a plan, or that does not say how far the run came, is refused", () => {
  expect(() => factsOf(lines.slice(1))).toThrow("holds no plan");
  expect(() => factsOf(lines.filter(({ kind }) => kind !== "reached"))).toThrow("how far the run came");
});
