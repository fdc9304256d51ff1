/** What `helix run --compare-rigs` does: one scenario and seed on rigs virtual and wire, and where they diverge. */
import { resolve } from "node:path";
import { type CliContext, CliError, type CommandOutcome, EXIT } from "@helix/cli";
import type { RunRecordLine } from "@helix/run-record";
import { batchAge } from "../expectations/finding.ts";
import { compareRuns, type RunComparison } from "../rigs/compare-runs.ts";
import { type RunInput, runScenario } from "./run-scenario.ts";

/** @throws CliError, ProblemsError */
export async function compareRigs(
  input: Omit<RunInput, "rig">,
  context: CliContext,
): Promise<CommandOutcome> {
  const virtual = await runScenario({ ...input, rig: "virtual" }, context);
  const wire = await runScenario({ ...input, rig: "wire" }, context);
  const comparison = compareRuns(await linesOf(virtual, context), await linesOf(wire, context));
  context.out.write(textOf(comparison));
  const { channels, commands, gaps } = comparison;
  return {
    // The runs judge themselves; that they differ is a finding, not a failure.
    exitCode: virtual.exitCode === EXIT.pass ? wire.exitCode : virtual.exitCode,
    result: {
      virtual: virtual.result,
      wire: wire.result,
      comparison: {
        channels: channels.map(({ median, max, maxAtS, ...channel }) => ({
          ...channel,
          median: numberOrNull(median),
          max: numberOrNull(max),
          maxAtS: maxAtS ?? null,
        })),
        commands: commands.map(({ first, second, ...command }) => ({
          ...command,
          virtual: first ?? null,
          wire: second ?? null,
          same: first === second,
        })),
        gaps: { virtual: gaps.first, wire: gaps.second },
      },
    },
  };
}

const numberOrNull = (value: number) => (Number.isFinite(value) ? value : null);

async function linesOf({ result }: CommandOutcome, context: CliContext): Promise<RunRecordLine[]> {
  const path = result["record"];
  if (typeof path !== "string") {
    throw new CliError(
      `the run on rig ${String(result["rig"])} left no record: ${String(result["summary"])}`,
      {
        advice: "Run the scenario on that rig alone and see what it needs.",
      },
    );
  }
  const text = new TextDecoder().decode(await context.platform.disk.readFile(resolve(context.cwd, path)));
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as RunRecordLine);
}

function textOf({ channels, commands, gaps }: RunComparison): string {
  const width = Math.max(0, ...channels.map(({ channel }) => channel.length));
  const figure = (value: number) => (Number.isFinite(value) ? `${Number(value.toPrecision(3))}` : "-");
  const lines = [
    "",
    "Rig virtual against rig wire, outside the windows of link faults",
    ...channels.map(
      ({ channel, unit, compared, median, max, maxAtS }) =>
        `  ${channel.padEnd(width)}  ${compared} values, median difference ${figure(median)}, largest ${figure(max)} ${unit}${maxAtS === undefined || max === 0 ? "" : ` at ${batchAge(maxAtS)}`}`,
    ),
    ...commands.map(({ description, first = "not sent", second = "not sent" }) =>
      first === second
        ? `  ${description}: ${first} on both`
        : `  ${description}: ${first} on virtual, ${second} on wire`,
    ),
    `  gaps: ${gaps.first.gaps} with ${gaps.first.missing} samples on virtual, ${gaps.second.gaps} with ${gaps.second.missing} on wire`,
    "",
  ];
  return lines.join("\n");
}
