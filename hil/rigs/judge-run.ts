/**
 * The end of a run: faults and ledger into the record, expectations judged. The last line is the
 * rig's to write.
 */
import type { Disk } from "@helix/platform";
import type { CommandLine, EndLine, ExpectationLine, FaultLine, LedgerLine } from "@helix/run-record";
import { factsOf } from "../expectations/facts-of.ts";
import type { RunFacts } from "../expectations/finding.ts";
import { judgeExpectations } from "../expectations/judge.ts";
import { type Interruption, runVerdict } from "../expectations/run-verdict.ts";
import type { Plan } from "../scenario/plan.ts";
import type { FaultInjector } from "./fault-injector.ts";
import { type LedgerEvidence, readBackLedger } from "./ledger-evidence.ts";
import type { RunRecordSink } from "./record-writer.ts";
import type { Recorder } from "./recorder.ts";
import type { LastRecord } from "./runtime-under-test.ts";

/** The record's last line, but for what only the rig knows. */
export type Outcome = Omit<EndLine, "kind" | "wallSeconds" | "traceHash">;

export interface JudgedRun {
  readonly outcome: Outcome;
  readonly faults: readonly FaultLine[];
  readonly expectations: readonly ExpectationLine[];
  /** Undefined where it could not be read back. */
  readonly ledger: LedgerLine | undefined;
  readonly facts: RunFacts;
}

export interface RunResult extends Omit<JudgedRun, "outcome" | "facts"> {
  readonly plan: Plan;
  readonly folder: string;
  /** Path of the run record. */
  readonly record: string;
  readonly end: EndLine;
  readonly commands: readonly CommandLine[];
}

export interface EndedRun {
  readonly plan: Plan;
  /** The one that the ledger is on. */
  readonly disk: Disk;
  readonly record: RunRecordSink;
  readonly recorder: Recorder;
  readonly faults: FaultInjector;
  /** Plant time that the run came to, s. */
  readonly reachedS: number;
  readonly ledger: {
    readonly folder: string;
    /** Where people will find it. */
    readonly shownAs: string;
    /** Undefined when the runtime did not stop in order. */
    readonly last: LastRecord | undefined;
  };
  readonly interruption: Interruption | undefined;
}

export async function judgeRun(run: EndedRun): Promise<JudgedRun> {
  const { record, recorder } = run;
  const faults = await run.faults.lines(record.lines);
  // A fault that a person's Ctrl-C cut short may have had no time to leave a trace.
  const kept = run.interruption?.cause === "test" ? faults.filter((fault) => fault.receipt) : faults;
  for (const line of kept) record.add(line);
  record.add({ kind: "reached", t: run.reachedS, complete: run.interruption === undefined });
  const ledger = await evidenceOf(run);
  for (const audit of ledger?.audit ?? []) record.add({ kind: "audit", ...audit });
  if (ledger) record.add(ledger.line);

  // From the record alone: whoever reads it later comes to the same verdict.
  const facts = factsOf(record.lines);
  const expectations = judgeExpectations(facts);
  for (const line of expectations) record.add(line);
  const verdict = runVerdict(facts, expectations, run.interruption);
  const { frames, gaps, drops } = recorder.counts;
  return {
    outcome: { ...verdict, frames, gaps, drops },
    faults: kept,
    expectations,
    ledger: ledger?.line,
    facts,
  };
}

/** Undefined when the ledger cannot be read: expectations that need it are then inconclusive. */
async function evidenceOf({
  disk,
  ledger,
  plan,
  record,
  reachedS,
}: EndedRun): Promise<LedgerEvidence | undefined> {
  if (ledger.last === undefined) return undefined;
  try {
    const { line, audit } = await readBackLedger(disk, ledger.folder, ledger.last);
    return { line: { ...line, folder: ledger.shownAs }, audit };
  } catch (error) {
    const message = `the ledger could not be read back: ${error instanceof Error ? error.message : String(error)}`;
    for (const { key: instrument } of plan.instruments) {
      const errorKind = "LedgerUnreadable";
      record.add({ kind: "error", t: reachedS, instrument, errorKind, message, recovery: "none" });
    }
    return undefined;
  }
}
