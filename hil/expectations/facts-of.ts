/** A run's facts, from the lines of its record alone. */
import type { RunRecordLine } from "@helix/run-record";
import type { Plan } from "../scenario/plan.ts";
import type { RunFacts } from "./finding.ts";

/**
 * @param lines up to the expectations at least
 * @throws RangeError for a record that does not hold a plan or how far the run came
 */
export function factsOf(lines: readonly RunRecordLine[]): RunFacts {
  const plan = lines.find((line) => line.kind === "plan")?.plan as Plan | undefined;
  if (!plan) throw new RangeError("the record holds no plan, so it cannot be judged");
  const reached = lines.findLast((line) => line.kind === "reached");
  if (!reached) throw new RangeError("the record does not say how far the run came, so it cannot be judged");
  const scheduled = lines.flatMap((line): [string, string][] =>
    line.kind === "command" && line.scheduled !== undefined ? [[line.id, line.scheduled]] : [],
  );
  // The ledger line stands for a ledger that could be read, also where it has nothing to tell.
  const isReadBack = lines.some((line) => line.kind === "ledger");
  return {
    plan,
    lines,
    scheduled: new Map(scheduled),
    audit: isReadBack ? lines.filter((line) => line.kind === "audit") : undefined,
    complete: reached.complete,
    reachedS: reached.t,
  };
}
