/** Every jump in a sequence has its line and its record, over deaths of the runtime too. */
import type { RunRecordLine } from "@helix/run-record";
import { describe, expect, test } from "vitest";
import type { AuditRecord, RunFacts } from "./finding.ts";
import { judgeInvariant } from "./judge.ts";
import { facts, GAP, ledgerLine, sample } from "./test-facts.ts";

const gapRecord: AuditRecord = {
  event: "TELEMETRY_GAP",
  sequence: "4",
  instrument: "brx-07",
  channel: "ph",
  lastSequence: "5",
  nextSequence: "8",
};
const jumping = [sample(50, 5), sample(80, 8), sample(90, 9)];

describe("every-gap-is-recorded", () => {
  const judgeGaps = (lines: RunRecordLine[], audit: AuditRecord[], more: Partial<RunFacts> = {}) =>
    judgeInvariant("every-gap-is-recorded", facts({ lines: [...lines, ledgerLine()], audit, ...more }));

  test("no jump and no gap is a pass", () => {
    expect(judgeInvariant("every-gap-is-recorded", facts())).toMatchObject({ verdict: "pass" });
  });
  test("a jump with its gap line and its ledger record is a pass", () => {
    expect(judgeGaps([...jumping, GAP], [gapRecord])).toMatchObject({
      verdict: "pass",
      actual: "3 samples, 1 jumps, 1 gap lines, 1 ledger records",
      evidence: ["ledger record 4: brx-07.ph 5 -> 8"],
    });
  });
  test.each<[what: string, lines: RunRecordLine[], audit: AuditRecord[], evidence: string[]]>([
    ["a jump without a gap line", jumping, [gapRecord], ["jump without a gap line: brx-07.ph 5 -> 8"]],
    [
      "a jump without a ledger record",
      [...jumping, GAP],
      [],
      ["jump without a ledger record: brx-07.ph 5 -> 8"],
    ],
    [
      "a gap without a jump",
      [sample(50, 5), sample(60, 6), GAP],
      [gapRecord],
      ["gap line without a jump: brx-07.ph 5 -> 8", "ledger record without a jump: brx-07.ph 5 -> 8"],
    ],
    [
      "one gap recorded twice",
      [...jumping, GAP],
      [gapRecord, gapRecord],
      ["ledger record without a jump: brx-07.ph 5 -> 8"],
    ],
    [
      "a gap with wrong numbers",
      [...jumping, { ...GAP, nextSequence: "7" }],
      [gapRecord],
      ["jump without a gap line: brx-07.ph 5 -> 8", "gap line without a jump: brx-07.ph 5 -> 7"],
    ],
    [
      "a sequence that goes back",
      [sample(50, 5), sample(60, 4)],
      [],
      ["jump without a gap line: brx-07.ph 5 -> 4", "jump without a ledger record: brx-07.ph 5 -> 4"],
    ],
  ])("%s is a fail", (_what, lines, audit, evidence) => {
    expect(judgeGaps(lines, audit)).toMatchObject({ verdict: "fail", cause: "driver", evidence });
  });
  describe("over a death of the runtime", () => {
    const dead = { kind: "runtime", t: 55, is: "dead", reason: "killed" } as const;
    const started = { kind: "runtime", t: 65, is: "started", reason: "after it was killed" } as const;
    const interruption = {
      kind: "interruption",
      t: 70,
      instrument: "brx-07",
      sinceS: 48,
      untilS: 70,
      ledgerSequence: "9",
    } as const;
    const record: AuditRecord = { event: "TELEMETRY_INTERRUPTED", sequence: "9", instrument: "brx-07" };
    const before = [sample(40, 4), sample(50, 5), dead, started];
    const after = [sample(70, 1), sample(80, 2)];

    test("sequences that begin anew are no jump, and the interruption is on record", () => {
      expect(judgeGaps([...before, ...after, interruption], [record])).toMatchObject({
        verdict: "pass",
        actual: "4 samples, 0 jumps, 0 gap lines, 0 ledger records, 1 of 1 interruptions recorded",
      });
    });
    test("an instrument that was never measured before needs none", () => {
      expect(judgeGaps([dead, started, ...after], [])).toMatchObject({ verdict: "pass" });
    });
    test("a gap seen in the moment of the death is covered by the interruption; one before it is not", () => {
      const lines = (t: number) => [sample(40, 4), sample(t, 8), dead, started, ...after, interruption];
      expect(judgeGaps(lines(50), [record])).toMatchObject({ verdict: "pass" });
      expect(judgeGaps(lines(45), [record])).toMatchObject({ verdict: "fail" });
    });
    test.each<[string, RunRecordLine[], AuditRecord[], string]>([
      [
        "no interruption at all",
        [],
        [],
        "the runtime began anew without an interruption on record: brx-07 at 0 h 1 min 10 s",
      ],
      ["no record of it", [interruption], [], "interruption without its record: brx-07 in ledger record 9"],
      [
        "no line of it",
        [],
        [record],
        "record of an interruption that was not seen: brx-07 in ledger record 9",
      ],
      [
        "a wrong end",
        [{ ...interruption, untilS: 80 }],
        [record],
        "interruption without a new beginning: brx-07 at 0 h 1 min 20 s",
      ],
      [
        "one for two deaths",
        [interruption, dead, started, sample(90, 1)],
        [record],
        "the runtime began anew without an interruption on record: brx-07 at 0 h 1 min 30 s",
      ],
    ])("%s is a fail", (_what, more, audit, evidence) => {
      const judged = judgeGaps([...before, ...after, ...more], audit);
      expect(judged.verdict).toBe("fail");
      expect(judged.evidence).toContainEqual(evidence);
    });
  });

  test("channels are told apart", () => {
    expect(
      judgeGaps([sample(10, 1), sample(10, 7, { channel: "temperature" }), sample(20, 2)], []),
    ).toMatchObject({ verdict: "pass" });
  });
  test.each<[what: string, run: Partial<RunFacts>]>([
    ["no sample", { lines: [ledgerLine()] }],
    ["no ledger to look into", { audit: undefined }],
    ["a run cut short", { complete: false }],
  ])("%s is no pass", (_what, run) => {
    expect(judgeInvariant("every-gap-is-recorded", facts(run)).verdict).toBe("inconclusive");
  });
});
