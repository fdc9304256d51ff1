/**
 * The end of a run: faults and ledger into the record, expectations judged, the last line written.
 */
import type { Platform } from "@helix/platform";
import type { EndLine, ExpectationLine, FaultLine, LedgerLine } from "@helix/run-record";
import type { RunFacts } from "../expectations/finding.ts";
import { judgeExpectations } from "../expectations/judge.ts";
import { type Interruption, runVerdict } from "../expectations/run-verdict.ts";
import type { Plan } from "../scenario/plan.ts";
import type { FaultInjector } from "./fault-injector.ts";
import { type LedgerEvidence, readBackLedger } from "./ledger-evidence.ts";
import type { RecordWriter } from "./record-writer.ts";
import type { Recorder } from "./recorder.ts";
import type { RunFolder } from "./run-folder.ts";

export interface RunResult {
  readonly plan: Plan;
  readonly folder: string;
  /** Path of the run record. */
  readonly record: string;
  readonly end: EndLine;
  readonly faults: readonly FaultLine[];
  readonly expectations: readonly ExpectationLine[];
  /** Undefined where it could not be read back. */
  readonly ledger: LedgerLine | undefined;
  readonly facts: RunFacts;
}

export interface EndedRun {
  readonly plan: Plan;
  readonly platform: Platform;
  readonly folder: RunFolder;
  readonly record: RecordWriter;
  readonly recorder: Recorder;
  readonly faults: FaultInjector;
  /** Plant time that the run came to, s. */
  readonly reachedS: number;
  readonly ledger: { readonly folder: string; readonly checkpoint: string | undefined };
  readonly interruption: Interruption | undefined;
  readonly wallSeconds: () => number;
}

/** @throws Error when the record could not be written */
export async function judgeRun(run: EndedRun): Promise<RunResult> {
  const { plan, record, recorder, folder } = run;
  const faults = await run.faults.lines(record.lines);
  // A fault that a person's Ctrl-C cut short may have had no time to leave a trace.
  const kept = run.interruption?.cause === "test" ? faults.filter((fault) => fault.receipt) : faults;
  for (const line of kept) record.add(line);
  const ledger = await evidenceOf(run);
  if (ledger) record.add(ledger.line);

  const facts: RunFacts = {
    plan,
    lines: record.lines,
    scheduled: recorder.scheduled,
    audit: ledger?.audit,
    complete: run.interruption === undefined,
    reachedS: run.reachedS,
  };
  const expectations = judgeExpectations(facts);
  for (const line of expectations) record.add(line);
  const verdict = runVerdict(facts, expectations, run.interruption);
  const { frames, gaps, drops } = recorder.counts;
  const end: EndLine = { kind: "end", ...verdict, frames, gaps, drops, wallSeconds: run.wallSeconds() };
  record.add(end);
  await record.close();
  return {
    plan,
    folder: folder.path,
    record: record.path,
    end,
    faults: kept,
    expectations,
    ledger: ledger?.line,
    facts,
  };
}

/** Undefined when the ledger cannot be read: expectations that need it are then inconclusive. */
async function evidenceOf({ platform, ledger }: EndedRun): Promise<LedgerEvidence | undefined> {
  if (ledger.checkpoint === undefined) return undefined;
  try {
    return await readBackLedger(platform.disk, ledger.folder, ledger.checkpoint);
  } catch {
    return undefined;
  }
}
