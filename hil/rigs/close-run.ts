/** The last line of a run record, and what is told of the run. */
import type { CommandLine, EndLine } from "@helix/run-record";
import type { Plan } from "../scenario/plan.ts";
import type { JudgedRun, RunResult } from "./judge-run.ts";
import type { RecordWriter } from "./record-writer.ts";
import type { RunFolder } from "./run-folder.ts";

export interface ClosedRun extends Omit<JudgedRun, "facts"> {
  readonly commands: readonly CommandLine[];
}

/** @throws Error when the record could not be written */
export async function closeRun(
  plan: Plan,
  folder: RunFolder,
  record: RecordWriter,
  { outcome, ...judged }: ClosedRun,
  rigOnly: Pick<EndLine, "wallSeconds" | "traceHash">,
): Promise<RunResult> {
  const end: EndLine = { kind: "end", ...outcome, ...rigOnly };
  record.add(end);
  await record.close();
  return { plan, folder: folder.path, record: record.path, end, ...judged };
}
