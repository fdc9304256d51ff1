/** `helix whatif`: an ensemble of a model, answered with bands. */
import { defineCommand } from "@helix/cli";
import { CONTROL_OPTIONS } from "./control-options.ts";
import { METHOD_OPTION } from "./method-option.ts";

export const command = defineCommand({
  name: "whatif",
  summary: "run a model many times and show the bands",
  topic: "science",
  details:
    "Draws parameters and inputs from what --vary says (Latin hypercube), runs the model for every draw on all cores, " +
    "gives bands of every state, and ranks what matters most by Sobol indices. Without --vary every parameter is drawn " +
    "within a tenth of its value, and of the range that the model gives it. --against runs every draw under a second strategy as well and says how probable it is " +
    "that it gives more. --optimise finds what --over can decide, on the average over the draws, and says on draws it " +
    "has not seen what that is worth. feed[6..14] is the feed from the sixth to the fourteenth day. The model's bounds " +
    "hold: a rule beyond them is refused, the tails of a normal are cut off there. Failed runs are listed, the others " +
    "count. Ctrl-C, or a disk that is full, keeps what is done and marks it as partial. WebAssembly gives the same numbers " +
    "on every machine, seed by seed; from 20,000 runs on a graphics device serves, where there is one, and says how far " +
    "its 32 bits are from that.",
  arguments: {
    model: { summary: "a name of `helix twin list`, or the path of a .twin file or of SBML", count: "one" },
  },
  options: {
    vary: {
      kind: "texts",
      value: "name=rule",
      summary: "1.5, 0.5..2, 0.5x..2x, normal(mean,5%), lognormal(mean,5%) or uniform(low,high)",
    },
    set: { kind: "texts", value: "name=value", summary: "another value, in every run" },
    against: {
      kind: "texts",
      value: "name=value",
      summary: "a second strategy under the same draws: feed[6..14]=1.2x",
    },
    piece: {
      kind: "number",
      value: "time",
      summary: "length of feed[1] in the model's time unit; a day unless given",
      min: 0.001,
    },
    runs: { kind: "integer", value: "number", summary: "how many", min: 1, max: 100_000_000, default: 1000 },
    seed: { kind: "integer", value: "number", summary: "repeats an ensemble", min: 0, default: 1 },
    sampling: {
      kind: "text",
      value: "how",
      summary: "how draws fill the ranges; sobol for up to 128 quantities",
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
    engine: {
      kind: "text",
      value: "which",
      summary: "webgpu is fast and has 32 bits: its difference from 64 is told",
      choices: ["auto", "webgpu", "webassembly"],
      default: "auto",
    },
    workers: {
      kind: "integer",
      value: "number",
      summary: "threads; as many as there are cores unless given",
      min: 0,
      max: 1024,
    },
    method: METHOD_OPTION,
    ...CONTROL_OPTIONS,
    target: {
      kind: "text",
      value: "quantity",
      summary: "what the answer leads with; the model's last sensor unless given",
    },
    rank: {
      kind: "integer",
      value: "rows",
      summary:
        "rows behind the Sobol indices, each a run per varied quantity and two more; 0 leaves them out",
      min: 0,
      max: 1_000_000,
      default: 256,
    },
    spaghetti: {
      kind: "integer",
      value: "number",
      summary: "single runs to draw and to give in --json, evenly thinned",
      min: 0,
      max: 1000,
      default: 0,
    },
    optimise: { kind: "text", value: "quantity", summary: "as much of it as can be at the end" },
    minimise: { kind: "text", value: "quantity", summary: "as little of it as can be at the end" },
    over: {
      kind: "texts",
      value: "name=low..high",
      summary: "what may be decided: feed[3..14]=0.5x..2x; the model's bounds where none are given",
    },
    keep: { kind: "texts", value: "limit", summary: "what must be kept along the run: V<=2.2" },
    fromRun: {
      kind: "text",
      value: "record",
      summary: "begin at the state that a recorded run has come to; its folder or record.jsonl",
    },
    at: { kind: "number", value: "time", summary: "with --from-run: not at its end but then", min: 0 },
    replay: { kind: "integer", value: "index", summary: "run this one again and show its course", min: 0 },
    html: { kind: "text", value: "file", summary: "also write a page with the bands, complete in itself" },
    csv: { kind: "text", value: "file", summary: "also write the bands as a table" },
    runsCsv: { kind: "text", value: "file", summary: "also write every run as a row, while they run" },
    parquet: { kind: "text", value: "file", summary: "the same as Parquet" },
  },
  examples: [
    {
      line: "helix whatif cho-fed-batch --vary 'mu_max=normal(0.039,5%)' --vary 'feed=0.5x..2x' --runs 10000 --seed 1",
      explains: "what the feed does, with the growth rate not known to 5 %",
    },
    {
      line: "helix whatif cho-fed-batch --against 'feed[6..14]=1.2x' --html more-feed.html",
      explains: "is more feed from day 6 better, and how sure is that?",
    },
    {
      line: "helix whatif cho-fed-batch --optimise titer --over 'feed[3..14]=0.5x..2x' --keep 'V<=2.1'",
      explains: "the best feed profile that fits into the vessel",
    },
    {
      line: "helix whatif cho-fed-batch --from-run runs/calm-1-1 --against 'feed[5..14]=1.2x'",
      explains: "what now, with this batch?",
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
