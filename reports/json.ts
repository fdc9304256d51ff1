/**
 * A run in one JSON object: what `--json` prints of a run, and report.json. Times in s of batch age;
 * 64-bit counters are decimal text, as in the record. What is not known is null.
 */
import type { RunRecord } from "./read-record.ts";

export type RunSummary = ReturnType<typeof summarise>;

/** @returns an object of plain JSON values; the same record gives the same object */
export function summarise(record: RunRecord) {
  const { run, end, ledger } = record;
  return {
    verdict: end.verdict,
    cause: end.cause ?? null,
    summary: end.summary,
    scenario: run.scenario,
    title: run.title,
    covers: run.covers,
    scenarioHash: run.scenarioHash,
    seed: run.seed,
    rig: run.rig,
    twin: run.twin,
    beginS: run.beginS,
    endS: run.endS,
    inoculation: run.inoculation,
    instruments: run.instruments.map((instrument) => ({
      key: instrument.key,
      instrumentId: instrument.instrumentId,
      displayName: instrument.displayName,
      driver: instrument.driver,
      simulator: instrument.simulator ?? null,
      origin: instrument.origin,
      samples: record.samples.filter((sample) => sample.instrument === instrument.key).length,
      lastStatus: record.statuses.findLast((line) => line.instrument === instrument.key)?.status ?? null,
    })),
    frames: end.frames,
    gaps: end.gaps,
    drops: end.drops,
    wallSeconds: end.wallSeconds,
    traceHash: end.traceHash ?? null,
    expectations: record.expectations.map((line) => ({
      index: line.index,
      text: line.text,
      expected: line.expected,
      actual: line.actual,
      evidence: line.evidence,
      verdict: line.verdict,
      cause: line.cause ?? null,
    })),
    faults: record.faults.map(({ kind: _, receipt, ...fault }) => ({
      ...fault,
      receipt: receipt ? { ...receipt, driverSaw: receipt.driverSaw ?? null } : null,
    })),
    commands: record.commands.map((line) => ({
      id: line.id,
      t: line.t,
      instrument: line.instrument,
      description: line.description,
      channel: line.channel ?? null,
      value: line.value ?? null,
      unit: line.unit ?? null,
      rationale: line.rationale,
      actor: line.actor,
      outcome: line.outcome,
      acknowledgedValue: line.acknowledgedValue ?? null,
      reason: line.reason ?? null,
      resolved: line.resolved
        ? { executed: line.resolved.executed, readBack: line.resolved.readBack ?? null, t: line.resolved.t }
        : null,
      latencyMs: line.latencyMs ?? null,
      intentLedgerSequence: line.intentLedgerSequence ?? null,
      outcomeLedgerSequence: line.outcomeLedgerSequence ?? null,
    })),
    calibrations: record.calibrations.map(({ kind: _, reason, ...calibration }) => ({
      ...calibration,
      reason: reason ?? null,
    })),
    gapList: record.gaps.map(({ kind: _, ...gap }) => gap),
    interruptions: record.interruptions.map(({ kind: _, ...line }) => line),
    runtime: record.runtimes.map(({ kind: _, ...line }) => line),
    unsent: record.unsent.map(({ kind: _, ...line }) => line),
    errors: record.errors.map(({ kind: _, ...error }) => error),
    ledger: ledger
      ? {
          folder: ledger.folder,
          verdict: ledger.verdict,
          records: ledger.records,
          root: ledger.root,
          checkpoint: ledger.checkpoint ?? null,
          refusal: ledger.refusal ?? null,
        }
      : null,
    helixVersion: run.helixVersion,
    node: run.node,
    replay: run.replay,
  };
}

/** report.json: {@link summarise}, indented for people. */
export const renderJson = (record: RunRecord): string =>
  `${JSON.stringify(summarise(record), undefined, 2)}\n`;
