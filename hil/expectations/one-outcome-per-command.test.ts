/** A command has one intent and one outcome, whatever became of it. */
import type { RunRecordLine } from "@helix/run-record";
import { describe, expect, test } from "vitest";
import type { AuditRecord, RunFacts } from "./finding.ts";
import { judgeInvariant } from "./judge.ts";
import { commandLine, commandRecords, facts, GOOD_LINES } from "./test-facts.ts";

describe("one-outcome-per-command", () => {
  const judgeCommands = (more: Partial<RunFacts>) => judgeInvariant("one-outcome-per-command", facts(more));
  const without = GOOD_LINES.filter((line) => line.kind !== "command");
  const untouched = without.map((line) => (line.kind === "sample" ? { ...line, setpoint: 7.1 } : line));
  const resolvedRecord: AuditRecord = {
    event: "COMMAND_RESOLVED",
    sequence: "5",
    instrument: "brx-07",
    commandId: "c1",
    outcome: undefined,
  };
  const unknown = (executed: boolean) =>
    commandLine({
      outcome: "unknown",
      acknowledgedValue: undefined,
      resolved: { executed, readBack: executed ? 7 : 7.1, t: 35 },
    });

  test("sent once, acknowledged, recorded: a pass", () => {
    expect(judgeCommands({})).toMatchObject({
      verdict: "pass",
      evidence: ["schedule.1: ledger records 2 and 3"],
    });
  });
  test("a command that could not be given needs no record, and must have none", () => {
    const unsent = {
      kind: "unsent",
      t: 30,
      scheduled: "schedule.1",
      instrument: "brx-07",
      description: "set ph to 7 [pH]",
      reason: "the runtime was killed",
    } as const;
    const run = { lines: [...untouched, unsent], scheduled: new Map<string, string>() };
    expect(judgeCommands({ ...run, audit: [] })).toMatchObject({
      verdict: "pass",
      actual: "0 of 1 commands, 1 could not be given: none",
    });
    expect(judgeCommands({ ...run, audit: commandRecords() }).verdict).toBe("fail");
  });
  describe("a command whose intent was not made durable", () => {
    const unsent = {
      kind: "unsent",
      t: 30,
      scheduled: "schedule.1",
      instrument: "brx-07",
      description: "set ph to 7 [pH]",
      reason: "ledger takes no more records: EIO",
      commandId: "c1",
    } as const;
    const intent = commandRecords().filter(({ event }) => event === "COMMAND_INTENT");
    const judged = (audit: readonly AuditRecord[], lines: readonly RunRecordLine[] = untouched) =>
      judgeCommands({ lines: [...lines, unsent], scheduled: new Map<string, string>(), audit });

    test("may have left that intent, and nothing else", () => {
      expect(judged(intent).verdict).toBe("pass");
      expect(judged([...intent, ...intent])).toMatchObject({ verdict: "fail", cause: "driver" });
      expect(judged(commandRecords()).evidence).toEqual([
        "schedule.1: was refused, yet ledger record 3 is its COMMAND_OUTCOME",
      ]);
      expect(judged(commandRecords("c2")).verdict).toBe("fail");
    });

    test("has no effect on the instrument", () => {
      expect(judged(intent, without).evidence).toEqual([
        "schedule.1: was refused, yet the setpoint is 7 [pH] at 0 h 0 min 40 s",
      ]);
      const heldBefore = without.map((line) => (line.kind === "sample" ? { ...line, setpoint: 7 } : line));
      expect(judged(intent, heldBefore).verdict).toBe("pass");
    });
  });
  test("a rejected command has an outcome too", () => {
    const lines = [...without, commandLine({ outcome: "rejected" })];
    expect(judgeCommands({ lines, audit: commandRecords("c1", "rejected") }).verdict).toBe("pass");
  });
  test("an unknown outcome that was read back is a pass", () => {
    const audit = [...commandRecords("c1", "unknown"), resolvedRecord];
    expect(judgeCommands({ lines: [...without, unknown(true)], audit }).verdict).toBe("pass");
  });
  test.each<[what: string, run: Partial<RunFacts>, evidence: string]>([
    [
      "a command that was not sent",
      { lines: without, scheduled: new Map(), audit: [] },
      "schedule.1 (set ph to 7 [pH]) was not sent",
    ],
    [
      "a command that was sent twice",
      {
        lines: [...GOOD_LINES, commandLine({ id: "c2" })],
        scheduled: new Map([
          ["c1", "schedule.1"],
          ["c2", "schedule.1"],
        ]),
        audit: [...commandRecords(), ...commandRecords("c2")],
      },
      "schedule.1 (set ph to 7 [pH]) was sent 2 times",
    ],
    [
      "an outcome without an intent",
      { audit: commandRecords().slice(1) },
      "schedule.1: 0 records COMMAND_INTENT, not 1",
    ],
    [
      "an intent without an outcome",
      { audit: commandRecords().slice(0, 1) },
      "schedule.1: 0 records COMMAND_OUTCOME, not 1",
    ],
    [
      "two outcomes",
      { audit: [...commandRecords(), ...commandRecords().slice(1)] },
      "schedule.1: 2 records COMMAND_OUTCOME, not 1",
    ],
    [
      "another outcome in the ledger",
      { audit: commandRecords("c1", "rejected") },
      "schedule.1: reported acknowledged, recorded rejected",
    ],
    [
      "an unknown outcome that nobody settled",
      { lines: [...without, commandLine({ outcome: "unknown" })], audit: commandRecords("c1", "unknown") },
      "schedule.1: the outcome is unknown and was not settled",
    ],
    [
      "read back as not executed, and executed all the same",
      { lines: [...without, unknown(false)], audit: [...commandRecords("c1", "unknown"), resolvedRecord] },
      "schedule.1: read back as not executed, yet the setpoint is 7 [pH] at 0 h 0 min 40 s",
    ],
    [
      "a command in the ledger that nobody scheduled",
      { audit: [...commandRecords(), ...commandRecords("c9").slice(0, 1)] },
      "ledger record 2: an intent for brx-07 that no scheduled command has",
    ],
  ])("%s is a fail", (_what, run, evidence) => {
    const finding = judgeCommands(run);
    expect(finding).toMatchObject({ verdict: "fail", cause: "driver" });
    expect(finding.evidence).toContain(evidence);
  });
  test.each<[what: string, run: Partial<RunFacts>]>([
    ["no ledger to look into", { audit: undefined }],
    ["a run cut short", { complete: false }],
  ])("%s is no pass", (_what, run) => {
    expect(judgeCommands(run).verdict).toBe("inconclusive");
  });
});
