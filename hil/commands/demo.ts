import { defineCommand } from "@helix/cli";

export const command = defineCommand({
  name: "demo",
  summary: "watch a bioreactor lose its network in the middle of a feed",
  topic: "start",
  details:
    "Runs the scenario partition-during-feed on a simulated Sartorius Biostat over real OPC UA: through the HAL " +
    "supervisor, the pipeline and the ledger, with two faults, to a verdict and a report with plots. It takes a minute or two.",
  options: {
    once: { kind: "flag", summary: "end after the verdict, without hints on what to try next" },
  },
  examples: [{ line: "helix demo --once --json", explains: "one JSON object at the end, for machines" }],
  async run(input, context) {
    const { demonstrate } = await import("./demonstrate.ts");
    return demonstrate(input.options.once, context);
  },
});
