/**
 * A drawn fault may touch nothing: fouling on a probe whose quantity does not move, a valve that sticks
 * where it would have stood anyway. A scenario of a person's is invalid then; a draw is made good by
 * leaving such faults out and running again.
 */
import type { FaultLine } from "@helix/run-record";
import { noTraceText } from "../expectations/run-verdict.ts";
import type { RunResult } from "../rigs/judge-run.ts";
import { type ScenarioData, withoutFaults } from "./scenario-text.ts";

export interface RunWithoutTraceless {
  /** What was run at last. */
  readonly data: ScenarioData;
  readonly result: RunResult;
  /** "stuck-valve on brx-07.agitation" */
  readonly leftOut: readonly string[];
}

/** Drawn faults are called so. */
export const DRAWN_ID = "swarm-";

/** @param run of a scenario; called again while drawn faults leave no trace */
export async function runWithoutTraceless(
  start: ScenarioData,
  run: (data: ScenarioData) => Promise<RunResult>,
): Promise<RunWithoutTraceless> {
  const leftOut: string[] = [];
  let data = start;
  for (;;) {
    const result = await run(data);
    const traceless = result.faults.filter(isDrawnWithoutTrace);
    // Where the bench has failed, that is what the run is invalid for.
    if (!traceless.some((fault) => noTraceText(fault) === result.end.summary))
      return { data, result, leftOut };
    leftOut.push(...traceless.map(({ inject, on }) => `${inject} on ${on}`));
    data = withoutFaults(data, new Set(traceless.map(({ id }) => id)));
  }
}

const isDrawnWithoutTrace = ({ id, receipt }: FaultLine) => receipt === undefined && id.startsWith(DRAWN_ID);
