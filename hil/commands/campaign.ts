import { defineCommand } from "@helix/cli";
import { DEFAULT_SEEDS, DEFAULT_SHRINK_RUNS } from "./campaign/defaults.ts";

export const command = defineCommand({
  name: "campaign",
  summary: "run a scenario in many virtual worlds, and shrink what fails",
  topic: "bench",
  details:
    "Runs the scenario once per seed, several worlds at a time, and groups the failures by cause; each failure prints the " +
    "one command that replays it. The campaign is kept in campaigns/<scenario>-<n>: a line per finished seed, and the records " +
    "of what failed. The same command goes on where it was stopped. Exit code: 0 all pass, 1 some fail, 2 invalid input, 3 invalid runs.",
  arguments: { scenario: { summary: "path of the scenario's YAML file", count: "one" } },
  options: {
    seeds: {
      kind: "integer",
      value: "number",
      min: 1,
      summary: `how many seeds; ${DEFAULT_SEEDS} where nothing is said`,
    },
    firstSeed: {
      kind: "integer",
      value: "number",
      min: 0,
      summary: "the first of them, instead of the scenario's own",
    },
    randomFaults: { kind: "flag", summary: "let every seed draw faults of its own from the catalogue" },
    jobs: { kind: "integer", value: "number", min: 1, summary: "worlds at a time, instead of one per core" },
    out: { kind: "text", value: "folder", summary: "folder of the campaign" },
    shrink: {
      kind: "flag",
      summary: "make the failing run of --seed (else the scenario's own) as small as it can be",
    },
    seed: { kind: "integer", value: "number", min: 0, summary: "for --shrink and --systematic: the seed" },
    shrinkRuns: {
      kind: "integer",
      value: "number",
      min: 1,
      summary: `for --shrink: runs at most; ${DEFAULT_SHRINK_RUNS} where nothing is said`,
    },
    systematic: {
      kind: "flag",
      summary: "put every fault of the catalogue into every step of the driver's I/O, one at a time",
    },
  },
  examples: [
    {
      line: "helix campaign scenarios/calm.yaml --seeds 200 --random-faults",
      explains: "200 swarms of faults",
    },
    {
      line: "helix campaign scenarios/calm.yaml --random-faults --shrink --seed 12",
      explains: "what of seed 12's swarm it takes to fail",
    },
    { line: "helix campaign scenarios/calm.yaml --systematic", explains: "a matrix of I/O steps and faults" },
  ],
  async run(input, context) {
    const { campaign } = await import("./campaign/campaign-command.ts");
    return campaign({ file: input.arguments.scenario, ...input.options }, context);
  },
});
