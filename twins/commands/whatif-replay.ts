/** One run of a what-if again, by its index: the same bits, with its whole course. */
import { type CliContext, CliError, type CommandOutcome, EXIT } from "@helix/cli";
import { replayRun } from "../ensemble/replay.ts";
import type { WhatIfQuestion } from "../whatif/what-if.ts";
import { alignedTable, shown } from "./table.ts";

/** Under every strategy. @throws CliError */
export function replayWhatIf(
  { model, plan, base, against }: WhatIfQuestion,
  index: number,
  context: CliContext,
): CommandOutcome {
  if (index >= plan.runs)
    throw new CliError(`--replay ${index}: the runs are numbered 0 .. ${plan.runs - 1}`);
  const strategies = [base, ...against];
  const replays = strategies.map(({ name }, s) => ({
    strategy: name,
    ...replayRun({ ...plan, strategies }, index, plan.outputs, s),
  }));
  for (const { strategy, outcome, values, times, course } of replays) {
    const head = [model.time, ...model.states].map(({ name, unit }) => `${name} ${unit}`);
    const reached = course[model.states[0]?.name ?? ""]?.length ?? 0;
    const rows = times
      .slice(0, reached)
      .map((t, k) => [shown(t), ...model.states.map((s) => shown(course[s.name]?.[k] ?? Number.NaN))]);
    const drawn = Object.entries(values).map(([name, value]) => `${name}=${shown(value)}`);
    const under = strategies.length > 1 ? ` under ${strategy}` : "";
    context.out.write(`run ${index}${under}: ${drawn.join(", ")}\n\n${alignedTable([head, ...rows])}`);
    if (outcome.failure)
      context.out.write(
        `ended at ${shown(outcome.time)}: ${outcome.failure.reason}, ${outcome.failure.detail}\n`,
      );
  }
  const [first, ...others] = replays.map(({ outcome, final, ...rest }) => ({
    ...outcome,
    ...rest,
    final: Array.from(final),
  }));
  return {
    exitCode: replays.some(({ outcome }) => outcome.failure) ? EXIT.fail : EXIT.pass,
    result: { model: model.name, ...first, others },
  };
}
