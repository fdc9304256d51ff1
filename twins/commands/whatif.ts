/** `helix whatif`: an ensemble of a model, answered with bands. */
import { defineCommand } from "@helix/cli";
import { METHOD_OPTION } from "./method-option.ts";

export const command = defineCommand({
  name: "whatif",
  summary: "run a model many times and show the bands",
  topic: "science",
  details:
    "Draws parameters and inputs from what --vary says (Latin hypercube), runs the model for every draw on all cores, and " +
    "gives bands of every state. Without --vary every parameter is drawn within 10 % of its value. Failed runs are " +
    "listed, the others count. Ctrl-C keeps what is done and marks it as partial. The same seed gives the same " +
    "numbers on every machine.",
  arguments: {
    model: { summary: "a name of `helix twin list`, or the path of a .twin file or of SBML", count: "one" },
  },
  options: {
    vary: {
      kind: "texts",
      value: "name=rule",
      summary: "1.5, 0.5..2, 0.5x..2x, normal(mean,5%), lognormal(mean,5%) or uniform(low,high)",
    },
    runs: { kind: "integer", value: "number", summary: "how many", min: 1, max: 100_000_000, default: 1000 },
    seed: { kind: "integer", value: "number", summary: "repeats an ensemble", min: 0, default: 1 },
    sampling: {
      kind: "text",
      value: "how",
      summary: "how draws fill the ranges; sobol for up to ten quantities",
      choices: ["latin-hypercube", "sobol"],
      default: "latin-hypercube",
    },
    points: {
      kind: "integer",
      value: "number",
      summary: "times at which bands are given",
      min: 2,
      max: 10_000,
      default: 57,
    },
    until: { kind: "number", value: "time", summary: "end of the runs, in the model's time unit", min: 0 },
    workers: {
      kind: "integer",
      value: "number",
      summary: "threads; as many as there are cores unless given",
      min: 0,
      max: 1024,
    },
    method: METHOD_OPTION,
    replay: { kind: "integer", value: "index", summary: "run this one again and show its course", min: 0 },
    html: { kind: "text", value: "file", summary: "also write a page with the bands, complete in itself" },
    csv: { kind: "text", value: "file", summary: "also write the bands as a table" },
  },
  examples: [
    {
      line: "helix whatif cho-fed-batch --vary 'mu_max=normal(0.039,5%)' --vary 'feed=0.5x..2x' --runs 10000 --seed 1",
      explains: "what the feed does, with the growth rate not known to 5 %",
    },
    {
      line: "helix whatif cho-fed-batch --runs 10000 --seed 1 --replay 4711",
      explains: "one of the runs again",
    },
  ],
  async run(input, context) {
    const { runWhatIf } = await import("./run-whatif.ts");
    return runWhatIf(input.arguments.model, input.options, context);
  },
});
