import { defineCommand, EXIT } from "@helix/cli";

export const command = defineCommand({
  name: "faults",
  summary: "list the faults that a scenario may inject",
  topic: "bench",
  details:
    "Of every fault: what it is put on, its parameters with unit and bounds, the rigs that can do it, and what its receipt " +
    "shows. A fault that leaves no receipt makes a run invalid.",
  examples: [{ line: "helix faults --json", explains: "the same as one JSON object" }],
  async run(_input, context) {
    const { faultTable, faultTableText } = await import("../faults/fault-table.ts");
    const faults = faultTable();
    context.out.write(faultTableText(faults));
    return { exitCode: EXIT.pass, result: { faults } };
  },
});
