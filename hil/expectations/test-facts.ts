/** Run facts made by hand, for tests: a short run in which all went well, to be changed by each test. */
import type {
  CommandLine,
  GapLine,
  ResourcesLine,
  RunRecordLine,
  SampleLine,
  StatusLine,
} from "@helix/run-record";
import type { Plan, PlannedFault, PlannedSetpoint } from "../scenario/plan.ts";
import type { AuditRecord, RunFacts } from "./finding.ts";

export const COMMAND: PlannedSetpoint = {
  kind: "setpoint",
  id: "schedule.1",
  atS: 30,
  instrument: "brx-07",
  channel: "ph",
  value: 7,
  unit: "[pH]",
  rationale: "test",
  description: "set ph to 7 [pH]",
};

export const CUT: PlannedFault = {
  id: "cut",
  inject: "partition",
  instrument: "brx-07",
  channel: undefined,
  on: "brx-07.link",
  beginS: 40,
  endS: 50,
  parameters: {},
  settings: {},
  rigs: ["wire"],
};

export const PLAN: Plan = {
  scenario: "made-by-hand",
  title: "Made by hand",
  covers: [],
  file: "made-by-hand.yaml",
  scenarioHash: "00",
  seed: 1,
  twin: "cho-fed-batch",
  beginS: 0,
  endS: 100,
  instruments: [
    {
      key: "brx-07",
      simulator: "sartorius-biostat",
      driver: "sartorius-biostat",
      protocol: "opcua",
      samplePeriodS: 10,
      publishPeriodS: 1,
    },
  ],
  commands: [COMMAND],
  faults: [],
  armed: [],
  expectations: [
    { index: 0, text: "always: every-gap-is-recorded", kind: "always", invariant: "every-gap-is-recorded" },
  ],
};

export const sample = (t: number, sequence: number, more: Partial<SampleLine> = {}): SampleLine => ({
  kind: "sample",
  t,
  instrument: "brx-07",
  channel: "ph",
  value: 7.1,
  quality: 0xc0,
  sequence: `${sequence}`,
  setpoint: t > 30 ? 7 : 7.1,
  origin: "simulated",
  ...more,
});

export const GAP: GapLine = {
  kind: "gap",
  t: 60,
  instrument: "brx-07",
  channel: "ph",
  lastSequence: "5",
  nextSequence: "8",
  missing: "2",
  ledgerSequence: "4",
};
export const status = (t: number, name: string): StatusLine => ({
  kind: "status",
  t,
  instrument: "brx-07",
  status: name,
  reason: undefined,
});

export const commandLine = (more: Partial<CommandLine> = {}): CommandLine => ({
  kind: "command",
  t: 30,
  id: "c1",
  instrument: "brx-07",
  description: "set ph to 7 [pH]",
  channel: "ph",
  value: 7,
  unit: "[pH]",
  rationale: "test",
  actor: "scenario:test",
  outcome: "acknowledged",
  acknowledgedValue: 7,
  reason: undefined,
  resolved: undefined,
  latencyMs: 3,
  intentLedgerSequence: "2",
  outcomeLedgerSequence: "3",
  ...more,
});

export const commandRecords = (id = "c1", outcome = "acknowledged"): AuditRecord[] => [
  { event: "COMMAND_INTENT", sequence: "2", instrument: "brx-07", commandId: id, outcome: undefined },
  { event: "COMMAND_OUTCOME", sequence: "3", instrument: "brx-07", commandId: id, outcome },
];

export const resources = (t: number, more: Partial<ResourcesLine> = {}): ResourcesLine => ({
  kind: "resources",
  t,
  sockets: 3,
  timers: 12,
  ...more,
});

export const memory = (t: number, heapBytes = 40e6): RunRecordLine => ({ kind: "memory", t, heapBytes });

export const ledgerLine = (verdict = "CLEAN", records = "7"): RunRecordLine => ({
  kind: "ledger",
  folder: "ledger",
  verdict,
  records,
  root: "ab",
  checkpoint: "note",
});

/** Ten samples without a jump, one command acknowledged, Streaming from the start, a clean ledger. */
export const GOOD_LINES: readonly RunRecordLine[] = [
  status(0, "Streaming"),
  ...Array.from({ length: 10 }, (_, i) => sample(10 * (i + 1), i + 1)),
  commandLine(),
  { kind: "truth", t: 100, states: { glucose: 20 } },
  ...[25, 50, 75, 100].flatMap((t) => [resources(t), memory(t)]),
  ledgerLine(),
];

export const facts = (more: Partial<RunFacts> = {}): RunFacts => ({
  plan: PLAN,
  lines: GOOD_LINES,
  scheduled: new Map([["c1", "schedule.1"]]),
  audit: commandRecords(),
  complete: true,
  reachedS: 100,
  ...more,
});
