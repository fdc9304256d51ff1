/** `helix twin`: models of cultures, read, checked, shown and run. */
import { type CommandGroup, defineCommand } from "@helix/cli";
import { CONTROL_OPTIONS } from "./control-options.ts";
import { METHOD_OPTION } from "./method-option.ts";

const MODEL = {
  summary: "a name of `helix twin list`, or the path of a .twin file or of SBML",
  count: "one",
} as const;

const list = defineCommand({
  name: "list",
  summary: "list the models of the library, and the parts for models of your own",
  topic: "science",
  examples: [{ line: "helix twin list", explains: "names, titles and sizes" }],
  async run(_, context) {
    const { listTwins } = await import("./twin-list.ts");
    return listTwins(context);
  },
});

const check = defineCommand({
  name: "check",
  summary: "check a model: names, units, balances",
  topic: "science",
  details:
    "Reads a model and reports every error with line and column. Balances are tested at states along the run.",
  arguments: { model: MODEL },
  examples: [{ line: "helix twin check my-culture.twin", explains: "errors as file:line:column" }],
  async run(input, context) {
    const { checkTwin } = await import("./twin-check.ts");
    return checkTwin(input.arguments.model, context);
  },
});

const show = defineCommand({
  name: "show",
  summary: "show a model: its parameters, inputs, states and sources",
  topic: "science",
  details:
    "With --page it is written as Markdown: its equations as written, every quantity with unit, bounds and source, its " +
    "mass balances and whether they hold, and a picture of one run beside it. The library's are in twins/library/pages.",
  arguments: { model: MODEL },
  options: {
    page: { kind: "text", value: "file.md", summary: "write it as a page, with a picture of one run" },
  },
  examples: [
    { line: "helix twin show cho-fed-batch", explains: "tables in the terminal" },
    { line: "helix twin show my-culture.twin --page my-culture.md", explains: "a page and my-culture.svg" },
  ],
  async run(input, context) {
    if (input.options.page !== undefined) {
      const { writeTwinPage } = await import("./twin-page.ts");
      return writeTwinPage(input.arguments.model, input.options.page, context);
    }
    const { showTwin } = await import("./twin-show.ts");
    return showTwin(input.arguments.model, context);
  },
});

const RUN_OPTIONS = {
  set: { kind: "texts", value: "name=value", summary: "another value for a parameter or input" },
  until: { kind: "number", value: "time", summary: "end of the run, in the model's time unit", min: 0 },
  points: {
    kind: "integer",
    value: "number",
    summary: "times at which the state is given",
    min: 2,
    max: 100_000,
    default: 15,
  },
  method: METHOD_OPTION,
  ...CONTROL_OPTIONS,
} as const;

const run = defineCommand({
  name: "run",
  summary: "run a model once",
  topic: "science",
  arguments: { model: MODEL },
  options: RUN_OPTIONS,
  examples: [
    { line: "helix twin run ecoli-fed-batch --set kLa=100", explains: "short of oxygen: stiff" },
    { line: "helix twin run penicillin-indpensim --fault aeration", explains: "as published, 19.8 to 24 h" },
  ],
  async run(input, context) {
    const { runTwin } = await import("./twin-run.ts");
    return runTwin(input.arguments.model, input.options, context);
  },
});

const plot = defineCommand({
  name: "plot",
  summary: "run a model once and draw it as a picture",
  topic: "science",
  arguments: { model: MODEL },
  options: {
    ...RUN_OPTIONS,
    points: { ...RUN_OPTIONS.points, default: 200 },
    out: { kind: "text", value: "file", summary: "the picture (SVG)", default: "twin.svg" },
  },
  async run(input, context) {
    const { plotTwin } = await import("./twin-plot.ts");
    return plotTwin(input.arguments.model, input.options, context);
  },
});

export const command: CommandGroup = {
  name: "twin",
  summary: "models of cultures: check, run, list, show, plot",
  topic: "science",
  commands: [list, check, show, run, plot],
};
