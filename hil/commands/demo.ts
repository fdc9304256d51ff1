import { defineCommand } from "@helix/cli";

export const command = defineCommand({
  name: "demo",
  summary: "watch fourteen days of a fed-batch in a minute, with its network cut across a feed",
  topic: "start",
  details:
    "Runs the scenario fed-batch-14-days on a simulated Sartorius Biostat in virtual time, over encrypted OPC UA: through " +
    "the HAL supervisor, the pipeline and the ledger, with daily feeds and three faults, to a verdict and a report with plots. " +
    "It takes about a minute.",
  options: {
    once: { kind: "flag", summary: "end after the verdict, without hints on what to try next" },
  },
  examples: [{ line: "helix demo --once --json", explains: "one JSON object at the end, for machines" }],
  async run(input, context) {
    const { demonstrate } = await import("./demonstrate.ts");
    return demonstrate(input.options.once, context);
  },
});
