/**
 * What `helix run --check-determinism` does: the same seed twice in the virtual world, the second time
 * in another process, folder, time zone and locale; where they differ, the first event that does.
 */
import { type CliContext, CliError, type CommandOutcome, EXIT } from "@helix/cli";
import type { Rig } from "@helix/run-record";
import { checkVirtualRun } from "../rigs/virtual-rig.ts";
import type { Plan } from "../scenario/plan.ts";
import { type DeterminismReport, WorldFailedError, WorldHungError } from "../world/index.ts";
import { readPlan } from "./read-plan.ts";

export interface CheckInput {
  readonly file: string;
  readonly rig: Rig;
  readonly seed: number | undefined;
}

/** @throws CliError, ProblemsError */
export async function checkScenario(
  input: CheckInput,
  context: CliContext,
  check: typeof checkVirtualRun = checkVirtualRun,
): Promise<CommandOutcome> {
  if (input.rig !== "virtual") {
    throw new CliError(`rig ${input.rig} does not repeat: real time and real sockets never do`, {
      advice: "Leave --rig out, or say --rig virtual.",
    });
  }
  const plan = await readPlan(input.file, input.seed, context);
  context.err.write(`${plan.scenario}: two runs of seed ${plan.seed}, the second under other conditions\n`);
  let report: DeterminismReport;
  try {
    report = await check({
      plan,
      platform: context.platform,
      helixVersion: context.version,
      replay: `helix run ${input.file} --rig virtual --seed ${plan.seed}`,
    });
  } catch (error) {
    if (!(error instanceof WorldHungError || error instanceof WorldFailedError)) throw error;
    return undone(plan, error, context);
  }
  context.out.write(textOf(report));
  return {
    exitCode: report.same ? EXIT.pass : EXIT.fail,
    result: { scenario: plan.scenario, seed: plan.seed, ...resultOf(report) },
  };
}

/** A world that was ended, by a driver that loops or leaks, say, proves nothing of repeating. */
function undone({ scenario, seed }: Plan, { message }: Error, context: CliContext): CommandOutcome {
  const summary = `The virtual world was ended: ${message}`;
  context.err.write(`INVALID  ${scenario}: ${summary}\n`);
  const nothing = { traceHash: null, first: null, second: null, difference: null };
  return { exitCode: EXIT.invalidRun, result: { scenario, seed, deterministic: null, ...nothing, summary } };
}

function textOf({ same, first, difference }: DeterminismReport): string {
  if (same) return `SAME  ${first.events} events, trace ${first.traceHash}\n`;
  return `DIFFERENT\n${difference?.text ?? "The two runs differ."}\n`;
}

function resultOf({ same, first, second, difference }: DeterminismReport) {
  const of = ({ traceHash, events, virtualSeconds }: DeterminismReport["first"]) => ({
    traceHash,
    events,
    virtualSeconds,
  });
  return {
    deterministic: same,
    traceHash: first.traceHash,
    first: of(first),
    second: of(second),
    difference: difference
      ? {
          events: difference.window,
          first: difference.first ?? null,
          second: difference.second ?? null,
          text: difference.text,
        }
      : null,
  };
}
