/** What `helix run --compare-rigs` does: one scenario and seed on several rigs, and where each diverges from rig virtual. */
import { resolve } from "node:path";
import { type CliContext, CliError, type CommandOutcome, EXIT } from "@helix/cli";
import type { Rig, RunRecordLine } from "@helix/run-record";
import { batchAge } from "../expectations/finding.ts";
import { compareRuns, type RunComparison } from "../rigs/compare-runs.ts";
import { type RunInput, runScenario } from "./run-scenario.ts";

type OtherRig = Exclude<Rig, "virtual">;

/** On rig physical too where the person names a plant. @throws CliError, ProblemsError */
export async function compareRigs(
  { config, allowCommands, allowFaults, ...input }: Omit<RunInput, "rig">,
  context: CliContext,
): Promise<CommandOutcome> {
  const benched = { ...input, config: undefined, allowCommands: false, allowFaults: false };
  // First what could harm, and may be refused: nobody waits for the other runs for nothing.
  const physical =
    config === undefined
      ? undefined
      : await runScenario({ ...input, config, allowCommands, allowFaults, rig: "physical" }, context);
  const virtual = await runScenario({ ...benched, rig: "virtual" }, context);
  const wire = await runScenario({ ...benched, rig: "wire" }, context);
  const base = await linesOf(virtual, context);
  const comparison = compareRuns(base, await linesOf(wire, context));
  context.out.write(textOf(comparison, "wire"));
  const outcomes = [virtual, wire];
  const result = {
    virtual: virtual.result,
    wire: wire.result,
    comparison: jsonOf(comparison, "wire"),
  };
  if (physical === undefined) return { exitCode: worstOf(outcomes), result };
  const onPlant = compareRuns(base, await linesOf(physical, context));
  context.out.write(textOf(onPlant, "physical"));
  return {
    exitCode: worstOf([...outcomes, physical]),
    result: {
      ...result,
      physical: physical.result,
      physicalComparison: jsonOf(onPlant, "physical"),
    },
  };
}

/** The runs judge themselves; that they differ is a finding, not a failure. */
const worstOf = (outcomes: readonly CommandOutcome[]) =>
  outcomes.find(({ exitCode }) => exitCode !== EXIT.pass)?.exitCode ?? EXIT.pass;

function jsonOf({ channels, commands, gaps }: RunComparison, other: OtherRig) {
  return {
    channels: channels.map(({ median, max, maxAtS, ...channel }) => ({
      ...channel,
      median: numberOrNull(median),
      max: numberOrNull(max),
      maxAtS: maxAtS ?? null,
    })),
    commands: commands.map(({ first, second, ...command }) => ({
      ...command,
      virtual: first ?? null,
      [other]: second ?? null,
      same: first === second,
    })),
    gaps: { virtual: gaps.first, [other]: gaps.second },
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

function textOf({ channels, commands, gaps }: RunComparison, other: OtherRig): string {
  const width = Math.max(0, ...channels.map(({ channel }) => channel.length));
  const figure = (value: number) => (Number.isFinite(value) ? `${Number(value.toPrecision(3))}` : "-");
  const lines = [
    "",
    `Rig virtual against rig ${other}, outside the windows of link faults`,
    ...channels.map(
      ({ channel, unit, compared, median, max, maxAtS }) =>
        `  ${channel.padEnd(width)}  ${compared} values, median difference ${figure(median)}, largest ${figure(max)} ${unit}${maxAtS === undefined || max === 0 ? "" : ` at ${batchAge(maxAtS)}`}`,
    ),
    ...commands.map(({ description, first = "not sent", second = "not sent" }) =>
      first === second
        ? `  ${description}: ${first} on both`
        : `  ${description}: ${first} on virtual, ${second} on ${other}`,
    ),
    `  gaps: ${gaps.first.gaps} with ${gaps.first.missing} samples on virtual, ${gaps.second.gaps} with ${gaps.second.missing} on ${other}`,
    "",
  ];
  return lines.join("\n");
}
