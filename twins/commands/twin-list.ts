/** `helix twin list`: what the library has. */
import { type CliContext, type CommandOutcome, EXIT } from "@helix/cli";
import { LIBRARY, PARTS } from "../library/library.ts";
import { readModelArgument } from "./model-argument.ts";

export async function listTwins(context: CliContext): Promise<CommandOutcome> {
  const read = (names: readonly string[]) =>
    Promise.all(names.map(async (name) => (await readModelArgument(name, context)).model));
  const models = (await read(LIBRARY)).map((model) => ({
    name: model.name,
    title: model.title,
    source: model.source,
    states: model.states.length,
    parameters: model.parameters.length,
    inputs: model.inputs.map((input) => input.name),
    end: model.time.end,
    timeUnit: model.time.unit,
  }));
  const parts = (await read(PARTS)).map((model) => ({
    name: model.name,
    title: model.title,
    source: model.source,
    settable: [...model.parameters, ...model.inputs].map(({ name, unit }) => ({ name, unit })),
    computed: [...model.states, ...model.algebra].map(({ name, unit }) => ({ name, unit })),
  }));
  const width = Math.max(...[...models, ...parts].map(({ name }) => name.length));
  for (const { name, states, title } of models)
    context.out.write(`${name.padEnd(width)}  ${String(states).padStart(2)} states  ${title}\n`);
  context.out.write("\nparts, for `uses` in a model\n");
  for (const { name, title } of parts) context.out.write(`${name.padEnd(width)}  ${title}\n`);
  return { exitCode: EXIT.pass, result: { models, parts } };
}
