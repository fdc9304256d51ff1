/** `helix sbml`: the cases of the SBML semantic test suite, run and compared. */
import { defineCommand } from "@helix/cli";

export const command = defineCommand({
  name: "sbml",
  summary: "run cases of the SBML semantic test suite and compare",
  topic: "evidence",
  details:
    "Reads every case of the folder (or .tar.gz), runs its model, and holds it against the expected values by the " +
    "suite's own rule. A model that uses what is not supported is refused by the name of the feature; any other " +
    "difference is a failure. Prints counts by feature, and every failed case with what was off.",
  arguments: { cases: { summary: "a folder of cases, or a .tar.gz of one", count: "one" } },
  examples: [{ line: "helix sbml cases/semantic", explains: "all cases, with a table by feature" }],
  async run(input, context) {
    const { runSuite } = await import("./run-sbml-suite.ts");
    return runSuite(input.arguments.cases, context);
  },
});
