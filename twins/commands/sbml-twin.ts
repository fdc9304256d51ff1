/** `helix twin run` and `show` for SBML: the same answers, with the file's own symbols and events. */
import { type CliContext, CliError, type CommandOutcome, EXIT } from "@helix/cli";
import { courseOfSbml, readWithSymbols } from "../sbml/course-of-sbml.ts";
import { EventError } from "../sbml/event-queue.ts";
import { SbmlError, SbmlRefusal } from "../sbml/sbml-error.ts";
import { METHODS } from "../solvers/choose.ts";
import { SimulationError } from "../solvers/simulation.ts";
import { requireEnd } from "./model-argument.ts";
import { readSettings } from "./settings.ts";
import { alignedTable, shown } from "./table.ts";
import type { RunOptions } from "./twin-run.ts";

export interface SbmlFile {
  readonly text: string;
  /** As shown in messages. */
  readonly file: string;
}

/** @throws CliError */
export async function runSbmlTwin(
  { text, file }: SbmlFile,
  { set, until, points, method }: RunOptions,
  context: CliContext,
): Promise<CommandOutcome> {
  const { model, symbols } = spoken(() => readWithSymbols(text, file));
  const end = requireEnd(until, file);
  const { parameters } = readSettings(set, model.twin);
  const values = new Map(model.twin.parameters.map(({ name }, i) => [name, parameters[i] as number]));
  const given = method === "auto" ? undefined : METHODS[method];
  const course = spoken(() => courseOfSbml(model, { end, points, method: given, set: values }));
  const reason = `${METHODS[course.method].title}: ${given ? "as asked" : "Dormand-Prince first, Rodas4 where it is too stiff"}`;
  const rows = course.times.map((t, k) => [shown(t), ...[...(course.rows[k] ?? [])].map(shown)]);
  context.out.write(
    `${model.twin.title || model.twin.name}\n${reason}\n\n${alignedTable([["time", ...symbols], ...rows])}`,
  );
  for (const { id, time } of course.events) context.out.write(`event ${id} at ${shown(time)}\n`);
  const states = Object.fromEntries(symbols.map((id, i) => [id, course.rows.map((row) => row[i])]));
  const { times, events, steps } = course;
  return {
    exitCode: EXIT.pass,
    result: { model: model.twin.name, method: course.method, reason, steps, times, states, events },
  };
}

/** @throws CliError */
export function showSbmlTwin({ text, file }: SbmlFile, context: CliContext): CommandOutcome {
  const { model, symbols } = spoken(() => readWithSymbols(text, file));
  const { level, version, notes, id, title, reactions } = model.document;
  const about = notes.replaceAll(/\s+/g, " ").trim();
  const rows = model.twin.parameters.map((p) => [`  ${p.name}`, shown(p.value), p.text]);
  context.out.write(
    `${id}: ${title}\nSBML Level ${level} Version ${version}\n\n${about === "" ? "" : `${about}\n\n`}`,
  );
  if (rows.length > 0) context.out.write(`parameters\n${alignedTable(rows)}\n`);
  context.out.write(`what changes\n  ${symbols.join(", ")}\n`);
  const counts = {
    reactions: reactions.length,
    events: model.events.length,
    states: model.twin.states.length,
  };
  context.out.write(`\n${counts.reactions} reactions, ${counts.events} events, ${counts.states} states\n`);
  return { exitCode: EXIT.pass, result: { model: id, title, level, version, symbols, ...counts } };
}

/** What the file does wrong or HELIX does not support, as one line. */
export function spoken<T>(work: () => T): T {
  try {
    return work();
  } catch (cause) {
    const isTheFile =
      cause instanceof SbmlError ||
      cause instanceof SbmlRefusal ||
      cause instanceof EventError ||
      cause instanceof SimulationError;
    if (!isTheFile) throw cause;
    throw new CliError(cause.message, { cause });
  }
}
