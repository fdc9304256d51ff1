/** `helix twin show`: a model's quantities with units, bounds and sources. */
import { type CliContext, type CommandOutcome, EXIT } from "@helix/cli";
import type { Quantity } from "../language/model.ts";
import { isXml, readModelArgument, readText } from "./model-argument.ts";
import { alignedTable, shown } from "./table.ts";

export async function showTwin(given: string, context: CliContext): Promise<CommandOutcome> {
  const file = await readText(given, context);
  if (isXml(file.text)) return (await import("./sbml-twin.ts")).showSbmlTwin(file, context);
  const { model } = await readModelArgument(given, context);
  const bounds = ({ low, high }: Quantity) => (Number.isFinite(low) ? `${low} .. ${high}` : "");
  const parameters = model.parameters.map((p) => [
    `  ${p.name}`,
    shown(p.value),
    p.unit,
    bounds(p),
    p.text,
    p.source,
  ]);
  const inputs = model.inputs.map((u) => [
    `  ${u.name}`,
    `${u.schedule.length} values`,
    u.unit,
    bounds(u),
    u.text,
    u.source,
  ]);
  const states = model.states.map((s) => [`  ${s.name}`, "", s.unit, bounds(s), s.text, s.source]);
  const sensors = model.sensors.map((s) => [
    `  ${s.name}`,
    s.noise > 0 ? `noise ${s.noise}` : "",
    s.unit,
    "",
    s.text,
  ]);
  context.out.write(`${model.name}: ${model.title}\n${model.source}\n\n${model.about}\n\n`);
  for (const [title, rows] of Object.entries({ parameters, inputs, states, sensors })) {
    if (rows.length > 0) context.out.write(`${title}\n${alignedTable(rows)}\n`);
  }
  return { exitCode: EXIT.pass, result: { ...model } };
}
