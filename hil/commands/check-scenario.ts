/**
 * What `helix run --check-determinism` does: the same seed twice in the virtual world, the second time
 * in another process, folder, time zone, locale, niceness and memory of its garbage collector; where they differ, the
 * first event that does, and where one does not come to its end, which and why.
 */
import { type CliContext, CliError, type CommandOutcome, EXIT } from "@helix/cli";
import type { Cause, Rig } from "@helix/run-record";
import { RUNTIME_HOST } from "../rigs/virtual-messages.ts";
import { checkVirtualRun } from "../rigs/virtual-rig.ts";
import type { Plan } from "../scenario/plan.ts";
import { type DeterminismReport, RunEndedError, type WorldRun } from "../world/index.ts";
import { readPlan } from "./read-plan.ts";

export interface CheckInput {
  readonly file: string;
  readonly rig: Rig;
  readonly seed: number | undefined;
}

/** @throws CliError, ProblemsError; the signal's reason when it is stopped */
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
      signal: context.signal,
      onFirst: ({ events, virtualSeconds }) =>
        context.err.write(`  the first: ${events} events in ${Math.round(virtualSeconds)} virtual s\n`),
    });
  } catch (error) {
    if (!(error instanceof RunEndedError)) throw error;
    return endedEarly(plan, error, context);
  }
  context.out.write(textOf(report));
  return {
    exitCode: report.same ? EXIT.pass : EXIT.fail,
    result: { scenario: plan.scenario, seed: plan.seed, ...resultOf(report), ended: null },
  };
}

/**
 * A world that was ended, by a driver that loops or leaks, say, proves nothing of repeating; but where the first
 * run came to its end and the second failed, the two have differed.
 */
function endedEarly(
  { scenario, seed }: Plan,
  { run, ended, first }: RunEndedError,
  context: CliContext,
): CommandOutcome {
  const differs = first !== undefined && ended.how === "failed";
  const verdict = differs ? "fail" : "invalid";
  const before = first === undefined ? "" : "; the first run came to its end";
  const summary = `The ${run} run was ended: ${ended.what}${before}.`;
  context.err.write(`${verdict.toUpperCase()}  ${scenario}: ${summary}\n${stackOf(ended.error)}`);
  return {
    exitCode: differs ? EXIT.fail : EXIT.invalidRun,
    result: {
      scenario,
      seed,
      verdict,
      cause: causeOf(ended.host),
      summary,
      deterministic: differs ? false : null,
      traceHash: first?.traceHash ?? null,
      first: first ? figuresOf(first) : null,
      second: null,
      difference: null,
      ended: {
        run,
        how: ended.how,
        host: ended.host ?? null,
        lastEvent: ended.lastEvent
          ? {
              no: ended.lastEvent.events,
              kind: ended.lastEvent.kind,
              host: ended.lastEvent.host,
              timeUs: ended.lastEvent.timeUs,
            }
          : null,
        error: ended.error,
      },
    },
  };
}

/** What runs on the runtime's host is, but for us, the driver. */
const causeOf = (host: string | undefined): Cause => (host === RUNTIME_HOST ? "driver" : "bench");

/** Where it happened: what of an error stands below its first line. */
const stackOf = (error: string): string =>
  error
    .split("\n")
    .slice(1)
    .filter((line) => line.trim() !== "")
    .map((line) => `${line}\n`)
    .join("");

function textOf({ same, first, difference }: DeterminismReport): string {
  if (same) return `SAME  ${first.events} events, trace ${first.traceHash}\n`;
  return `DIFFERENT\n${difference?.text ?? "The two runs differ."}\n`;
}

function resultOf({ same, first, second, difference }: DeterminismReport) {
  return {
    verdict: same ? "pass" : "fail",
    cause: same ? null : causeOf(difference?.first?.host ?? difference?.second?.host),
    summary: same
      ? `Two runs gave the same ${first.events} events.`
      : (difference?.text ?? "The two runs differ."),
    deterministic: same,
    traceHash: first.traceHash,
    first: figuresOf(first),
    second: figuresOf(second),
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

const figuresOf = ({ traceHash, events, virtualSeconds }: WorldRun) => ({
  traceHash,
  events,
  virtualSeconds,
});
