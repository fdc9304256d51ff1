import type { FaultLine, GapLine, RunRecordLine, Verdict } from "@helix/run-record";
import { describe, expect, test } from "vitest";
import type { ExpectationRule } from "../scenario/plan.ts";
import type { AuditRecord, RunFacts } from "./finding.ts";
import { INVARIANTS } from "./invariants.ts";
import { judgeExpectations, judgeInvariant } from "./judge.ts";
import { runVerdict } from "./run-verdict.ts";
import {
  COMMAND,
  CUT,
  commandLine,
  commandRecords,
  facts,
  GOOD_LINES,
  ledgerLine,
  PLAN,
  sample,
  status,
} from "./test-facts.ts";

const judge = (rule: ExpectationRule, run: RunFacts) => {
  const plan = { ...run.plan, expectations: [{ index: 0, text: "rule", ...rule }] };
  const [line] = judgeExpectations({ ...run, plan });
  if (!line) throw new Error("nothing was judged");
  return line;
};

const gap: GapLine = {
  kind: "gap",
  t: 60,
  instrument: "brx-07",
  channel: "ph",
  lastSequence: "5",
  nextSequence: "8",
  missing: "2",
  ledgerSequence: "4",
};
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
    expect(judgeGaps([...jumping, gap], [gapRecord])).toMatchObject({
      verdict: "pass",
      actual: "3 samples, 1 jumps, 1 gap lines, 1 ledger records",
      evidence: ["ledger record 4: brx-07.ph 5 -> 8"],
    });
  });
  test.each<[what: string, lines: RunRecordLine[], audit: AuditRecord[], evidence: string[]]>([
    ["a jump without a gap line", jumping, [gapRecord], ["jump without a gap line: brx-07.ph 5 -> 8"]],
    [
      "a jump without a ledger record",
      [...jumping, gap],
      [],
      ["jump without a ledger record: brx-07.ph 5 -> 8"],
    ],
    [
      "a gap without a jump",
      [sample(50, 5), sample(60, 6), gap],
      [gapRecord],
      ["gap line without a jump: brx-07.ph 5 -> 8", "ledger record without a jump: brx-07.ph 5 -> 8"],
    ],
    [
      "one gap recorded twice",
      [...jumping, gap],
      [gapRecord, gapRecord],
      ["ledger record without a jump: brx-07.ph 5 -> 8"],
    ],
    [
      "a gap with wrong numbers",
      [...jumping, { ...gap, nextSequence: "7" }],
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

describe("the verdict of a run", () => {
  const verdictOf = (run: RunFacts, interruption?: Parameters<typeof runVerdict>[2]) =>
    runVerdict(run, judgeExpectations(run), interruption);
  const receipt = { summary: "", before: "", after: "", driverSaw: undefined, figures: {} };
  const withCut = (lines: RunRecordLine[]) =>
    facts({ plan: { ...PLAN, faults: [CUT] }, lines: [...GOOD_LINES, ...lines] });
  const failing = { lines: [...GOOD_LINES, gap] };

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
    const invalid = { ...withCut([{ ...CUT, kind: "fault", receipt: undefined }, gap]) };
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
