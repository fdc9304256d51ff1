import { CliError, defineCommand } from "@helix/cli";
import type { Rig } from "@helix/run-record";

const DEFAULT_SPEED = 600;
const MAX_SPEED = 3600;

export const command = defineCommand({
  name: "run",
  summary: "run a scenario against an instrument and judge it",
  topic: "bench",
  details:
    "Starts the scenario's plant, the runtime and the fault proxies, runs the schedule and the faults in plant time, " +
    "and judges the expectations. Everything that happened is kept in runs/<scenario>-<seed>-<n>: the record, the " +
    "ledger, the configuration and the reports. Exit code: 0 pass, 1 fail or inconclusive, 2 invalid input, 3 invalid run.",
  arguments: { scenario: { summary: "path of the scenario's YAML file", count: "one" } },
  options: {
    rig: {
      kind: "text",
      value: "rig",
      summary:
        "what the scenario runs on: virtual time; real time, sockets and processes (wire); the instruments of --config (physical)",
      choices: ["virtual", "wire", "physical"],
      default: "virtual",
    },
    seed: { kind: "integer", value: "number", min: 0, summary: "instead of the scenario's own seed" },
    checkDeterminism: {
      kind: "flag",
      summary:
        "rig virtual: run twice, the second time in another folder, time zone, locale, niceness and limit of the garbage " +
        "collector, and compare every event",
    },
    compareRigs: {
      kind: "flag",
      summary:
        "run on rigs virtual and wire, with --config also on physical, and say where the two diverge and by how much",
    },
    config: {
      kind: "text",
      value: "file",
      summary: "rig physical: the plant's helix.toml, whose instruments the scenario names",
    },
    allowCommands: {
      kind: "flag",
      summary:
        "rig physical: the scenario's commands may go out; without it a scenario with commands is not run",
    },
    allowFaults: {
      kind: "flag",
      summary:
        "rig physical: the scenario's faults may be put on the links of its instruments, which disturbs them; without it a scenario with faults is not run",
    },
    speed: {
      kind: "number",
      value: "factor",
      min: 1,
      max: MAX_SPEED,
      default: DEFAULT_SPEED,
      summary: "rig wire: plant seconds per real second while nothing is going on, at the most",
    },
  },
  examples: [
    { line: "helix run scenarios/calm.yaml", explains: "two quiet hours of a fed-batch, in virtual time" },
    { line: "helix run scenarios/calm.yaml --rig wire", explains: "the same on real sockets, in about 20 s" },
    {
      line: "helix run watch.yaml --rig physical --config /etc/helix/helix.toml",
      explains: "the same language on real instruments; of the faults, those of the link",
    },
    { line: "helix run scenarios/probe-drift.yaml --seed 7 --json", explains: "another draw, for machines" },
  ],
  async run(input, context) {
    const { scenario: file } = input.arguments;
    refuseContradictions(input.options);
    if (input.options.checkDeterminism) {
      const { checkScenario } = await import("./check-scenario.ts");
      return checkScenario({ file, ...input.options }, context);
    }
    if (input.options.compareRigs) {
      const { compareRigs } = await import("./compare-rigs.ts");
      return compareRigs({ file, ...input.options }, context);
    }
    const { runScenario } = await import("./run-scenario.ts");
    return runScenario({ file, ...input.options }, context);
  },
});

interface Ways {
  readonly checkDeterminism: boolean;
  readonly compareRigs: boolean;
  readonly rig: Rig;
  readonly config: string | undefined;
  readonly allowCommands: boolean;
}

/** An option that would be passed over in silence is a misunderstanding. @throws CliError */
function refuseContradictions({ checkDeterminism, compareRigs, rig, config, allowCommands }: Ways): void {
  if (checkDeterminism && compareRigs) {
    throw new CliError("--check-determinism and --compare-rigs are two different runs", {
      advice: "Give one of the two.",
    });
  }
  if (checkDeterminism && (config !== undefined || allowCommands)) {
    throw new CliError("--config and --allow-commands are for rig physical, which does not repeat", {
      advice: "Leave them out, or leave out --check-determinism.",
    });
  }
  if (compareRigs && rig !== "virtual") {
    throw new CliError(`--compare-rigs names its rigs itself, and --rig ${rig} would change nothing`, {
      advice: "Leave --rig out; rig physical is compared too where --config names a plant.",
    });
  }
}
