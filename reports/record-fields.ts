/**
 * What each line of a run record must hold, field by field: the run record's types, checkable at
 * run time. The compiler holds this table against the types. A field more than the table names is
 * let through: within one version of the record, lines may grow.
 */
import type { RunRecordLine } from "@helix/run-record";

/** Undefined when `value` will do; otherwise what was expected. */
export type Check = (value: unknown) => string | undefined;

/** Plant time beyond this, in s, is no batch: 30 years. Keeps every instant a date. */
const LONGEST_PLANT_TIME_S = 1e9;
const UTC_INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

const text: Check = (v) => (typeof v === "string" ? undefined : "text");
// JSON.parse reads 1e999 as Infinity, which no instrument ever says.
const number: Check = (v) => (Number.isFinite(v) ? undefined : "a number");
const count: Check = (v) => (Number.isSafeInteger(v) && (v as number) >= 0 ? undefined : "a count");
const boolean: Check = (v) => (typeof v === "boolean" ? undefined : "true or false");
const counter: Check = (v) =>
  typeof v === "string" && /^\d{1,20}$/.test(v) ? undefined : "a counter as decimal text";
const plantTime: Check = (v) =>
  typeof v === "number" && Math.abs(v) <= LONGEST_PLANT_TIME_S ? undefined : "plant time in s";
const instant: Check = (v) =>
  typeof v === "string" && UTC_INSTANT.test(v) && Number.isFinite(Date.parse(v))
    ? undefined
    : "an ISO 8601 instant in UTC";

/** A field that JSON leaves out where it is undefined. */
const optional =
  (check: Check): Check =>
  (v) =>
    v === undefined ? undefined : check(v);
const orNull =
  (check: Check): Check =>
  (v) => {
    if (v === null) return undefined;
    const expected = check(v);
    return expected === undefined ? undefined : `${expected} or null`;
  };
const oneOf =
  (...words: readonly string[]): Check =>
  (v) =>
    words.includes(v as string) ? undefined : `one of ${words.join(", ")}`;
const listOf =
  (check: Check): Check =>
  (v) => {
    if (!Array.isArray(v)) return "a list";
    for (const item of v) {
      const expected = check(item);
      if (expected !== undefined) return `a list of ${expected}`;
    }
    return undefined;
  };
const mapOf =
  (check: Check): Check =>
  (v) => {
    if (!isPlainObject(v)) return "an object";
    for (const [name, item] of Object.entries(v)) {
      const expected = check(item);
      if (expected !== undefined) return `${expected} at "${name}"`;
    }
    return undefined;
  };
const object =
  (fields: Readonly<Record<string, Check>>): Check =>
  (v) => {
    if (!isPlainObject(v)) return "an object";
    for (const [name, check] of Object.entries(fields)) {
      const expected = check(v[name]);
      if (expected !== undefined) return `${expected} at "${name}"`;
    }
    return undefined;
  };

const verdict = oneOf("pass", "fail", "inconclusive", "invalid", "not-run");
const cause = optional(oneOf("driver", "device", "twin", "bench", "test"));
const origin = oneOf("physical", "simulated", "replayed", "faulted");
const range = object({ min: orNull(number), max: orNull(number) });
const channel = object({ id: count, name: text, unit: text, range });

type FieldTable = {
  readonly [Line in RunRecordLine as Line["kind"]]: {
    readonly [Field in Exclude<keyof Line, "kind">]: Check;
  };
};

export const RECORD_FIELDS: FieldTable = {
  run: {
    version: count,
    scenario: text,
    title: text,
    covers: listOf(text),
    scenarioHash: text,
    seed: number,
    rig: oneOf("virtual", "wire", "physical"),
    twin: text,
    truthUnits: mapOf(text),
    originBasis: optional(text),
    startedAt: instant,
    beginS: plantTime,
    endS: plantTime,
    speed: number,
    inoculation: instant,
    helixVersion: text,
    node: text,
    instruments: listOf(
      object({
        key: text,
        instrumentId: text,
        displayName: text,
        driver: text,
        simulator: optional(text),
        origin,
        channels: listOf(channel),
      }),
    ),
    replay: text,
  },
  plan: { plan: object({}) },
  sample: {
    t: plantTime,
    instrument: text,
    channel: text,
    value: orNull(number),
    quality: count,
    sequence: counter,
    setpoint: orNull(number),
    origin,
  },
  status: { t: plantTime, instrument: text, status: text, reason: optional(text) },
  gap: {
    t: plantTime,
    instrument: text,
    channel: text,
    lastSequence: counter,
    nextSequence: counter,
    missing: counter,
    ledgerSequence: counter,
  },
  runtime: { t: plantTime, is: oneOf("dead", "started"), reason: text },
  interruption: {
    t: plantTime,
    instrument: text,
    sinceS: plantTime,
    untilS: plantTime,
    ledgerSequence: counter,
  },
  drop: { t: plantTime, instrument: text, channel: text, sequence: counter, reason: text },
  error: { t: plantTime, instrument: text, errorKind: text, message: text, recovery: text },
  command: {
    t: plantTime,
    id: text,
    scheduled: optional(text),
    instrument: text,
    description: text,
    channel: optional(text),
    value: optional(number),
    unit: optional(text),
    rationale: text,
    actor: text,
    outcome: oneOf("acknowledged", "rejected", "unknown"),
    acknowledgedValue: optional(number),
    reason: optional(text),
    resolved: optional(object({ executed: boolean, readBack: optional(number), t: plantTime })),
    latencyMs: optional(number),
    intentLedgerSequence: optional(counter),
    outcomeLedgerSequence: optional(counter),
  },
  unsent: {
    t: plantTime,
    scheduled: text,
    instrument: text,
    description: text,
    reason: text,
    commandId: optional(text),
  },
  calibration: {
    t: plantTime,
    scheduled: text,
    instrument: text,
    channel: text,
    description: text,
    rationale: text,
    actor: text,
    outcome: oneOf("Pass", "PassWithWarning", "Fail", "not-done"),
    reason: optional(text),
  },
  resources: { t: plantTime, sockets: count, timers: count },
  memory: { t: plantTime, heapBytes: count },
  fault: {
    id: text,
    inject: text,
    on: text,
    parameters: mapOf(text),
    beginS: plantTime,
    endS: plantTime,
    receipt: optional(
      object({
        summary: text,
        before: text,
        after: text,
        driverSaw: optional(text),
        figures: mapOf(number),
      }),
    ),
  },
  // A twin that has diverged has states that are no numbers; JSON writes them as null.
  truth: { t: plantTime, states: mapOf(orNull(number)) },
  reached: { t: plantTime, complete: boolean },
  audit: {
    event: oneOf(
      "TELEMETRY_GAP",
      "TELEMETRY_INTERRUPTED",
      "COMMAND_INTENT",
      "COMMAND_OUTCOME",
      "COMMAND_RESOLVED",
      "CALIBRATION",
      "DEVIATION",
    ),
    sequence: counter,
    instrument: text,
    channel: optional(text),
    lastSequence: optional(counter),
    nextSequence: optional(counter),
    commandId: optional(text),
    outcome: optional(text),
    description: optional(text),
  },
  expectation: {
    index: count,
    text,
    expected: text,
    actual: text,
    evidence: listOf(text),
    verdict,
    cause,
  },
  ledger: {
    folder: text,
    verdict: text,
    records: counter,
    root: text,
    checkpoint: optional(text),
    refusal: optional(text),
  },
  end: {
    verdict,
    cause,
    summary: text,
    frames: count,
    gaps: count,
    drops: count,
    wallSeconds: number,
    traceHash: optional(text),
  },
};

export function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
