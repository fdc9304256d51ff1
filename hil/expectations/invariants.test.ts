/** The invariants, each met, broken, and without anything to show. */
import type { CalibrationLine, FaultLine, RunLine, RunRecordLine } from "@helix/run-record";
import { describe, expect, test } from "vitest";
import type { AuditRecord, RunFacts } from "./finding.ts";
import { judgeInvariant } from "./judge.ts";
import {
  COMMAND,
  CUT,
  commandLine,
  commandRecords,
  facts,
  GOOD_LINES,
  memory,
  PLAN,
  resources,
  sample,
  status,
} from "./test-facts.ts";

const judge = (name: string, more: Partial<RunFacts> = {}) => judgeInvariant(name, facts(more));
const without = (kind: RunRecordLine["kind"]) => GOOD_LINES.filter((line) => line.kind !== kind);

describe("exactly-one-audit-record", () => {
  const name = "exactly-one-audit-record";
  const calibration: CalibrationLine = {
    kind: "calibration",
    t: 50,
    scheduled: "schedule.2",
    instrument: "brx-07",
    channel: "ph",
    description: "calibrate ph against 1 standard",
    rationale: "weekly",
    actor: "scenario:test",
    outcome: "Pass",
    reason: undefined,
  };
  const record: AuditRecord = { event: "CALIBRATION", sequence: "9", instrument: "brx-07" };
  const [intent, outcome] = commandRecords() as [AuditRecord, AuditRecord];

  test("one intent and one outcome for each command, one record for each calibration: a pass", () => {
    expect(judge(name)).toMatchObject({ verdict: "pass", evidence: ["c1: ledger records 2 and 3"] });
    const lines = [...GOOD_LINES, calibration];
    expect(judge(name, { lines, audit: [intent, outcome, record] }).verdict).toBe("pass");
  });
  test.each<[what: string, run: Partial<RunFacts>, evidence: string]>([
    ["a missing intent", { audit: [outcome] }, "command c1: 0 records COMMAND_INTENT, not 1"],
    [
      "an outcome twice",
      { audit: [intent, outcome, outcome] },
      "command c1: 2 records COMMAND_OUTCOME, not 1",
    ],
    [
      "a resolution of what was not in doubt",
      { audit: [intent, outcome, { ...outcome, event: "COMMAND_RESOLVED" }] },
      "command c1: 1 records COMMAND_RESOLVED, not 0",
    ],
    [
      "a command nobody sent",
      { audit: [intent, outcome, { ...intent, commandId: "c9", sequence: "8" }] },
      "ledger record 8: COMMAND_INTENT of c9, which was not sent",
    ],
    [
      "a calibration without a record",
      { lines: [...GOOD_LINES, calibration] },
      "brx-07: 0 records CALIBRATION for 1 calibrations",
    ],
    [
      "a driver that told twice",
      {
        audit: [
          intent,
          outcome,
          {
            event: "DEVIATION",
            sequence: "7",
            instrument: "brx-07",
            description: "the driver sent 2 audit records for command c1; the contract asks for exactly one",
          },
        ],
      },
      "ledger record 7: the driver sent 2 audit records for command c1; the contract asks for exactly one",
    ],
  ])("%s is a fail", (_what, run, evidence) => {
    expect(judge(name, run)).toMatchObject({ verdict: "fail", evidence: [evidence] });
  });
  test("without a ledger, in a run cut short, without a command: no pass", () => {
    expect(judge(name, { audit: undefined }).verdict).toBe("inconclusive");
    expect(judge(name, { complete: false }).verdict).toBe("inconclusive");
    expect(judge(name, { plan: { ...PLAN, commands: [] } }).verdict).toBe("invalid");
  });
});

describe("setpoint-agrees-with-plant", () => {
  const name = "setpoint-agrees-with-plant";
  const feed = { ...COMMAND, channel: "feed_rate", value: 0.002, unit: "L/h" };
  const plan = { ...PLAN, commands: [feed] };
  const pump = (t: number, setpoint: number) =>
    sample(t, t, { channel: "feed_rate", value: setpoint, setpoint });
  const truth = (t: number, feed_rate: number): RunRecordLine => ({
    kind: "truth",
    t,
    states: { feed_rate },
  });
  const sent = commandLine({ channel: "feed_rate", value: 0.002, acknowledgedValue: 0.002 });
  const fed = (...lines: RunRecordLine[]) => ({ plan, lines: [pump(20, 0.001), sent, ...lines] });

  test("what was acknowledged is reported, and the pump does it: a pass", () => {
    expect(judge(name)).toMatchObject({ verdict: "pass", evidence: ["schedule.1: ph at 7 [pH]"] });
    expect(judge(name, fed(pump(95, 0.002), truth(95, 0.00201)))).toMatchObject({
      verdict: "pass",
      actual: "1 of 1 setpoints held against 1 readings and 1 true values",
    });
  });
  test.each<[what: string, run: Partial<RunFacts>, evidence: string]>([
    [
      "an instrument that reports another",
      fed(pump(95, 0.001), truth(95, 0.001)),
      "schedule.1: feed_rate at 0.002 L/h, but the instrument reports 0.001 L/h at 0 h 1 min 35 s",
    ],
    [
      "a pump that stands still",
      fed(pump(95, 0.002), truth(95, 0)),
      "schedule.1: feed_rate at 0.002 L/h, but the plant does 0 L/h at 0 h 1 min 35 s",
    ],
  ])("%s is a fail", (_what, run, evidence) => {
    const finding = judge(name, run);
    expect(finding).toMatchObject({ verdict: "fail", cause: "device" });
    expect(finding.evidence).toContain(evidence);
  });
  test("a rejected command leaves the setpoint where it was", () => {
    const rejected = { ...sent, outcome: "rejected" as const, acknowledgedValue: undefined };
    const lines = (now: number) => [pump(20, 0.001), rejected, pump(95, now)];
    expect(judge(name, { plan, lines: lines(0.001) }).verdict).toBe("pass");
    expect(judge(name, { plan, lines: lines(0.002) }).verdict).toBe("fail");
  });
  test("an unknown outcome holds what was read back, from then on", () => {
    const unknown = (readBack: number) =>
      ({ ...sent, outcome: "unknown", resolved: { executed: true, readBack, t: 34 } }) as const;
    expect(judge(name, { plan, lines: [unknown(0.002), pump(95, 0.002)] }).verdict).toBe("pass");
    expect(judge(name, { plan, lines: [unknown(0.001), pump(95, 0.002)] }).verdict).toBe("fail");
  });
  test("a slow quantity is not held to its setpoint, only what is reported of it", () => {
    const lines = [...GOOD_LINES, { kind: "truth", t: 100, states: { ph: 6.2 } } as const];
    expect(judge(name, { lines }).verdict).toBe("pass");
  });
  test("without a reading, or a setpoint at all: no pass", () => {
    expect(judge(name, fed()).verdict).toBe("inconclusive");
    expect(judge(name, { plan: { ...PLAN, commands: [] } }).verdict).toBe("invalid");
  });
});

describe("no-stale-value-marked-good", () => {
  const name = "no-stale-value-marked-good";
  const truth = (t: number): RunRecordLine => ({ kind: "truth", t, states: {} });
  const streaming = status(0, "Streaming");
  const stalled = [streaming, sample(10, 1), truth(200), sample(20, 2), truth(400), sample(30, 3)];

  test("values that come in time and in order: a pass", () => {
    expect(judge(name).verdict).toBe("pass");
  });
  test("the same moment twice, or an earlier one, is a fail", () => {
    expect(judge(name, { lines: [sample(10, 1), sample(10, 2)] })).toMatchObject({
      verdict: "fail",
      evidence: ["brx-07.ph 2: of 0 h 0 min 10 s, after one of 0 h 0 min 10 s"],
    });
    expect(judge(name, { lines: [sample(20, 1), sample(10, 2)] }).verdict).toBe("fail");
  });
  test("a value far behind the plant while the instrument streams is a fail", () => {
    expect(judge(name, { lines: stalled })).toMatchObject({ verdict: "fail", cause: "driver" });
  });
  test("the same values not marked good are honest", () => {
    const lines = stalled.map((line) => (line.kind === "sample" ? { ...line, quality: 0x40 } : line));
    expect(judge(name, { lines: [...lines, sample(400, 4)] }).verdict).toBe("pass");
  });
  test("what a link delivers late after a fault, or just after coming back, is history", () => {
    const fault: FaultLine = { ...CUT, kind: "fault", beginS: 15, endS: 395, receipt: undefined };
    expect(judge(name, { lines: [...stalled, fault] }).verdict).toBe("pass");
    const back = [sample(10, 1), truth(200), status(200, "Streaming"), sample(20, 2)];
    expect(judge(name, { lines: back }).verdict).toBe("pass");
  });
  test("a bench that runs fast is given the time that a value takes to come", () => {
    const run = { kind: "run", rig: "wire", speed: 600 } as RunLine;
    expect(judge(name, { lines: [run, ...stalled] }).verdict).toBe("pass");
    expect(judge(name, { lines: [{ ...run, rig: "virtual" }, ...stalled] }).verdict).toBe("fail");
  });
  test("without a good value: no pass", () => {
    expect(judge(name, { lines: [sample(10, 1, { quality: 0 })] }).verdict).toBe("inconclusive");
  });
});

describe("no-leak", () => {
  const readings = (...sockets: number[]) =>
    sockets.flatMap((n, i) => [resources(10 * i, { sockets: n }), memory(10 * i)]);
  const leak = (lines: RunRecordLine[], budget = { sockets: 2, timers: 5, heapMegabytes: 10 }) =>
    judgeInvariant("no-leak", facts({ lines }), budget);

  test("growth within the budget is a pass, beyond it a fail", () => {
    expect(leak(readings(3, 9, 9, 5))).toMatchObject({
      verdict: "pass",
      actual: "+2 sockets, 0 timers, memory within 10 MB",
    });
    expect(leak(readings(3, 9, 9, 6))).toMatchObject({
      verdict: "fail",
      cause: "driver",
      actual: "+3 sockets, 0 timers, memory within 10 MB",
    });
  });
  test("timers and memory count too, and too much memory is told", () => {
    const timers = (n: number) => leak([...readings(3, 3, 3), resources(30, { timers: n }), memory(30)]);
    expect(timers(17).verdict).toBe("pass");
    expect(timers(18).verdict).toBe("fail");
    const heap = (bytes: number) => leak([...readings(3, 3, 3), resources(30), memory(30, bytes)]);
    expect(heap(50e6).verdict).toBe("pass");
    expect(heap(50.2e6)).toMatchObject({ verdict: "fail", actual: "0 sockets, 0 timers, +10.2 MB" });
  });
  test("what was measured is not told of a pass: two runs of a seed have one record", () => {
    const measured = (bytes: number) => leak([...readings(3, 3, 3), resources(30), memory(30, bytes)]);
    expect(measured(41e6)).toEqual(measured(42e6));
  });
  test("a reconnection under way at the end is not taken for a leak", () => {
    expect(leak(readings(3, 3, 3, 3, 3, 3, 4, 9)).verdict).toBe("pass");
  });
  test("a rig that looks too seldom, or never, makes the run invalid", () => {
    expect(leak(readings(3, 3, 3))).toMatchObject({
      verdict: "invalid",
      cause: "bench",
      actual: "the rig recorded 3 readings of sockets and timers and 3 of memory; it takes 4",
    });
    expect(judge("no-leak", { lines: without("resources") }).verdict).toBe("invalid");
    expect(judge("no-leak", { lines: without("memory") }).verdict).toBe("invalid");
  });
});

test("ledger-clean is what `ledger: clean` asks for", () => {
  expect(judge("ledger-clean").verdict).toBe("pass");
  expect(judge("ledger-clean", { lines: without("ledger") }).verdict).toBe("inconclusive");
});

test("no invariant passes on an empty record", () => {
  for (const name of [
    "exactly-one-audit-record",
    "setpoint-agrees-with-plant",
    "no-stale-value-marked-good",
    "ledger-clean",
    "no-leak",
  ]) {
    expect(judge(name, { lines: [], audit: [] }).verdict).not.toBe("pass");
  }
});
