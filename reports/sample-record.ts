/**
 * Test support: a seeded run record like one that a bioreactor leaves. 12 h from batch age 95 h, nine
 * channels every 10 s, the network cut during the daily feed, an oxygen probe that drifts. It is
 * made up: no simulator ran.
 */
import {
  type CalibrationLine,
  type CommandLine,
  type ExpectationLine,
  type FaultLine,
  type RecordedChannel,
  RUN_RECORD_VERSION,
  type RunLine,
  type RunRecordLine,
  type SampleLine,
} from "@helix/run-record";

const HOUR = 3600;
const BEGIN = 95 * HOUR;
const END = 107 * HOUR;
const SAMPLE_S = 10;
const CUT = { beginS: 96 * HOUR - 2, endS: 96 * HOUR + 22 };
const DRIFT = { beginS: 100 * HOUR + 412, endS: 104 * HOUR + 412 };
const COMMAND_FEED_ID = "01JD3Q9C2M7W8K4T5V6X7Y8Z90";
const COMMAND_TEMPERATURE_ID = "01JD3QK7N1R2S3T4V5W6X7Y8ZA";

/** The record's text. @param seed of the noise alone; the story is always the same */
export function sampleRecord(seed = 7211): string {
  return toText(sampleLines(seed));
}

export const toText = (lines: readonly RunRecordLine[]): string =>
  lines.map((line) => `${JSON.stringify(line)}\n`).join("");

export function sampleLines(seed = 7211): RunRecordLine[] {
  const noise = gaussian(seed);
  const lines: RunRecordLine[] = [runLine(seed)];
  const timed: { t: number; line: RunRecordLine }[] = [];
  const add = (line: RunRecordLine & { readonly t: number }): void => {
    timed.push({ t: line.t, line });
  };
  CHANNELS.forEach((channel, index) => samplesOf(channel, index, noise).forEach(add));
  for (let t = BEGIN; t <= END; t += 60) {
    add({ kind: "truth", t, states: { dissolved_oxygen: trueOxygen(t), viable_cell_density: cells(t) } });
  }
  STATUSES.forEach(([t, status, reason]) => add({ kind: "status", t, instrument: "brx-07", status, reason }));
  gapLines().forEach(add);
  add({
    kind: "error",
    t: CUT.beginS + 4.2,
    instrument: "brx-07",
    errorKind: "ConnectionLost",
    message: "no answer from opc.tcp://127.0.0.1:4840 within 4 s; 9 channels were streaming",
    recovery: "Reconnect",
  });
  for (const line of [...COMMANDS, CALIBRATION]) add(line);
  timed.sort((a, b) => a.t - b.t);
  lines.push(...timed.map(({ line }) => line), ...FAULTS, ...EXPECTATIONS);
  const samples = timed.filter(({ line }) => line.kind === "sample").length;
  lines.push(LEDGER, {
    kind: "end",
    verdict: "fail",
    cause: "driver",
    summary:
      "4 of 5 expectations met: the drifting oxygen probe was flagged 2 h 31 min after it began to drift, not within 2 h.",
    frames: samples,
    gaps: CHANNELS.length,
    drops: 0,
    wallSeconds: 74.218,
  });
  return lines;
}

const CHANNELS: readonly RecordedChannel[] = [
  { id: 0, name: "dissolved_oxygen", unit: "%{airsat}", range: { min: 0, max: 200 } },
  { id: 1, name: "ph", unit: "[pH]", range: { min: 2, max: 12 } },
  { id: 2, name: "temperature", unit: "Cel", range: { min: 0, max: 60 } },
  { id: 3, name: "agitation", unit: "{rev}/min", range: { min: 0, max: 1200 } },
  { id: 4, name: "feed_rate", unit: "L/h", range: { min: 0, max: 0.2 } },
  { id: 5, name: "viable_cell_density", unit: "10*6{cells}/mL", range: { min: 0, max: 100 } },
  { id: 6, name: "glucose", unit: "mmol/L", range: { min: 0, max: 100 } },
  { id: 7, name: "lactate", unit: "mmol/L", range: { min: 0, max: 200 } },
  { id: 8, name: "titer", unit: "g/L", range: { min: 0, max: 20 } },
];

const runLine = (seed: number): RunLine => ({
  kind: "run",
  version: RUN_RECORD_VERSION,
  scenario: "partition-during-feed",
  title: "Network cut during the daily feed, then a drifting oxygen probe",
  covers: ["HAL-2.3-ack-before-execute", "HAL-3.1-ConnectionLost", "HAL-3.2-backoff"],
  scenarioHash: "8f14e45fceea167a5a36dedd4bea2543c1a9b7d2e6f0835b9d4c7e1a20f6b3d8",
  seed,
  rig: "wire",
  twin: "cho-fed-batch",
  truthUnits: { dissolved_oxygen: "%{airsat}", viable_cell_density: "10*6{cells}/mL" },
  startedAt: "2026-11-20T12:00:00Z",
  beginS: BEGIN,
  endS: END,
  speed: 600,
  inoculation: "2026-11-02T08:00:00Z",
  helixVersion: "0.1.0",
  node: "24.21.0",
  instruments: [
    {
      key: "brx-07",
      instrumentId: "sartorius-biostat/SIM-00417",
      displayName: "Sartorius Biostat B - BRX-07 (Upstream Suite A)",
      driver: "sartorius-biostat 0.1.0",
      simulator: "sartorius-biostat",
      origin: "simulated",
      channels: CHANNELS,
    },
  ],
  replay: `npx helix run scenarios/partition-during-feed.yaml --rig wire --seed ${seed}`,
});

function samplesOf(channel: RecordedChannel, index: number, noise: () => number): SampleLine[] {
  const samples: SampleLine[] = [];
  let sequence = 34_200n;
  for (let t = BEGIN + index * 0.1; t <= END; t += SAMPLE_S) {
    sequence += 1n;
    if (t >= CUT.beginS && t < CUT.endS) continue;
    const quality = qualityOf(channel.name, t);
    samples.push({
      kind: "sample",
      t: Math.round(t * 10) / 10,
      instrument: "brx-07",
      channel: channel.name,
      value: quality === 0x10 ? null : round(valueOf(channel.name, t, noise), 5),
      quality,
      sequence: String(sequence),
      setpoint: setpointOf(channel.name, t),
      origin: channel.name === "dissolved_oxygen" && isDrifting(t) ? "faulted" : "simulated",
    });
  }
  return samples;
}

const isDrifting = (t: number): boolean => t >= DRIFT.beginS && t < DRIFT.endS;
const round = (value: number, decimals: number): number =>
  Math.round(value * 10 ** decimals) / 10 ** decimals;

/** The probe is flagged as not accurate 2.5 h into the drift; the pH probe fails for a minute. */
function qualityOf(channel: string, t: number): number {
  if (channel === "dissolved_oxygen" && t >= DRIFT.beginS + 9060 && t < DRIFT.endS) return 0x50;
  if (channel === "ph" && t >= 98.4 * HOUR && t < 98.4 * HOUR + 60) return 0x10;
  if (channel === "lactate" && t >= 105.5 * HOUR && t < 105.6 * HOUR) return 0x00;
  return 0xc0;
}

function setpointOf(channel: string, t: number): number | null {
  if (channel === "dissolved_oxygen") return 40;
  if (channel === "ph") return 7.05;
  if (channel === "temperature") return t < 104 * HOUR ? 37 : 36.5;
  if (channel === "feed_rate") return t < CUT.endS + 40 ? 0.0018 : 0.0022;
  return null;
}

const settled = (t: number, from: number, tau: number): number =>
  t < from ? 0 : 1 - Math.exp((from - t) / tau);
const drift = (t: number): number => {
  if (t < DRIFT.beginS) return 0;
  return (
    -1.5 *
    ((Math.min(t, DRIFT.endS) - DRIFT.beginS) / HOUR) *
    (t < DRIFT.endS ? 1 : 1 - settled(t, DRIFT.endS, 600))
  );
};
/** The loop holds the reading at its setpoint, so the truth moves against the drift. */
const trueOxygen = (t: number): number => round(40 - 0.9 * drift(t) + 1.2 * Math.sin(t / 4100), 4);
const cells = (t: number): number => round(8.1 + (t - BEGIN) / HOUR / 6.5, 4);

function valueOf(channel: string, t: number, noise: () => number): number {
  const hours = (t - BEGIN) / HOUR;
  switch (channel) {
    case "dissolved_oxygen":
      return trueOxygen(t) + drift(t) + 0.35 * noise();
    case "ph":
      return 7.05 + 0.025 * Math.sin(t / 2900) + 0.004 * noise();
    case "temperature":
      return (
        37 -
        0.5 * settled(t, 104 * HOUR, 900) +
        0.015 * noise() +
        (t > 99.7 * HOUR && t < 99.7 * HOUR + 10 ? 0.6 : 0)
      );
    case "agitation":
      return 182 + 2.1 * hours - 4.2 * drift(t) + 1.4 * noise();
    case "feed_rate":
      return (t < CUT.endS + 40 ? 0.0018 : 0.0022) + 0.000012 * noise();
    case "viable_cell_density":
      return cells(t) + 0.05 * noise();
    case "glucose":
      return 21 - 0.55 * hours + 0.3 * settled(t, 96 * HOUR, HOUR) * hours + 0.06 * noise();
    case "lactate":
      return 14.2 - 0.12 * hours + 0.08 * noise();
    default:
      return 0.62 + 0.021 * hours + 0.0015 * noise();
  }
}

const STATUSES: readonly [number, string, string | undefined][] = [
  [BEGIN, "Connecting", undefined],
  [BEGIN + 1.4, "Connected", "firmware 3.4.1"],
  [BEGIN + 2, "Streaming", undefined],
  [CUT.beginS + 4.2, "Disconnected", "connection lost: no answer within 4 s"],
  [CUT.beginS + 5.3, "Connecting", "attempt 1 of 10"],
  [CUT.endS + 1.1, "Connected", "attempt 5 of 10"],
  [CUT.endS + 1.6, "Streaming", undefined],
  [DRIFT.beginS + 9060, "Degraded", "reason 12: oxygen probe not accurate"],
  [DRIFT.endS, "Streaming", undefined],
];

const gapLines = () =>
  CHANNELS.map((channel, index) => ({
    kind: "gap" as const,
    t: CUT.endS + 8 + index * 0.1,
    instrument: "brx-07",
    channel: channel.name,
    lastSequence: "34560",
    nextSequence: "34563",
    missing: "2",
    ledgerSequence: String(31 + index),
  }));

const COMMANDS: readonly CommandLine[] = [
  {
    kind: "command",
    t: 96 * HOUR,
    id: COMMAND_FEED_ID,
    instrument: "brx-07",
    description: "set feed_rate to 0.0022 L/h",
    channel: "feed_rate",
    value: 0.0022,
    unit: "L/h",
    rationale: "daily feed, day 4",
    actor: "scenario:partition-during-feed",
    outcome: "unknown",
    acknowledgedValue: undefined,
    reason: "connection lost before the instrument acknowledged",
    resolved: { executed: false, readBack: 0.0018, t: CUT.endS + 1.9 },
    latencyMs: undefined,
    intentLedgerSequence: "28",
    outcomeLedgerSequence: "29",
  },
  {
    kind: "command",
    t: 104 * HOUR,
    id: COMMAND_TEMPERATURE_ID,
    instrument: "brx-07",
    description: "set temperature to 36.5 Cel",
    channel: "temperature",
    value: 36.5,
    unit: "Cel",
    rationale: "shift to production phase",
    actor: "scenario:partition-during-feed",
    outcome: "acknowledged",
    acknowledgedValue: 36.5,
    reason: undefined,
    resolved: undefined,
    latencyMs: 3.214,
    intentLedgerSequence: "44",
    outcomeLedgerSequence: "45",
  },
];

const CALIBRATION: CalibrationLine = {
  kind: "calibration",
  t: 105 * HOUR,
  scheduled: "two-buffers",
  instrument: "brx-07",
  channel: "ph",
  description: "calibrate ph at 4.01, 7 [pH]",
  rationale: "weekly, by the site's plan",
  actor: "scenario:partition-during-feed",
  outcome: "PassWithWarning",
  reason: "slope 56.9 mV/[pH], below 57",
};

const FAULTS: readonly FaultLine[] = [
  {
    kind: "fault",
    id: "cut",
    inject: "partition",
    on: "brx-07.link",
    parameters: {},
    ...CUT,
    receipt: {
      summary: "no byte was let through in either direction between driver and simulator",
      before: "last byte through at 95:59:57.9, 48 212 bytes in all",
      after: "first byte through at 96:00:22.1",
      driverSaw: "ConnectionLost 4.2 s after the cut; 4 connection attempts refused",
      figures: { bytesHeld: 1240, connectionsRefused: 4, secondsCut: 24 },
    },
  },
  {
    kind: "fault",
    id: "drift",
    inject: "drift",
    on: "brx-07.dissolved_oxygen",
    parameters: { rate: "-1.5 %{airsat}/h" },
    ...DRIFT,
    receipt: {
      summary: "the probe's reading was falsified in 1440 samples",
      before: "40.36 %{airsat} (true) read as 40.36",
      after: "45.71 %{airsat} (true) read as 39.71",
      driverSaw: "StatusCode UncertainSensorNotAccurate from 102:37:52 on",
      figures: { samplesTouched: 1440, largestError: -6 },
    },
  },
];

const EXPECTATIONS: readonly ExpectationLine[] = [
  expectation(
    0,
    "always: every-gap-is-recorded",
    "0 gaps without a ledger record",
    "0 of 9 gaps without a record",
    ["ledger 31 to 39"],
  ),
  expectation(
    1,
    "always: one-outcome-per-command",
    "1 outcome for each of 2 commands",
    "1 outcome each; 1 unknown, resolved by reading back",
    [COMMAND_FEED_ID, COMMAND_TEMPERATURE_ID],
  ),
  expectation(
    2,
    "within 60 s after cut.end: brx-07 is Streaming",
    "Streaming by 96:01:22",
    "Streaming at 96:00:23.6 (1.6 s after)",
    ["cut"],
  ),
  {
    ...expectation(
      3,
      "within 2 h after drift.begin: dissolved_oxygen is not good",
      "quality below good by 102:06:52",
      "uncertain at 102:37:52 (2 h 31 min after)",
      ["drift", "ledger 42"],
    ),
    verdict: "fail",
    cause: "driver",
  },
  expectation(4, "at end: ledger is clean", "CLEAN", "CLEAN, 52 records", ["ledger 51"]),
];

function expectation(
  index: number,
  text: string,
  expected: string,
  actual: string,
  evidence: readonly string[],
): ExpectationLine {
  return { kind: "expectation", index, text, expected, actual, evidence, verdict: "pass", cause: undefined };
}

const LEDGER: RunRecordLine = {
  kind: "ledger",
  folder: "runs/partition-during-feed-7211/ledger",
  verdict: "CLEAN",
  records: "52",
  root: "5f2c9a0e7d41b386c0ae1f7d9b52e4836d17fa0c8e93b5d2417f60a9c3e8d1b4",
  checkpoint:
    "helix/runs/partition-during-feed-7211\n52\nXyyaDn1Bs4bArh99m1Lkg20X+gyOk7XSQX9gqcPo0bQ=\n\n— helix-bench 3q2+78mGx0Yw1r9kC5vN8bT4hJ6sD2fL7pQ0eR3tU5iO9aZ1xW6cV8nM4jK2gH7y",
};

/** Normal deviates: mulberry32 and Box-Muller. Good enough to look like noise. */
function gaussian(seed: number): () => number {
  let state = seed | 0;
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let z = Math.imul(state ^ (state >>> 15), 1 | state);
    z = (z + Math.imul(z ^ (z >>> 7), 61 | z)) ^ z;
    return ((z ^ (z >>> 14)) >>> 0) / 4294967296;
  };
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}
