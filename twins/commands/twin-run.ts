/** `helix twin run`: one run as a table. */
import { type CliContext, type CommandOutcome, EXIT } from "@helix/cli";
import { applySettings } from "../ensemble/run-inputs.ts";
import type { ControlOptions } from "./control-options.ts";
import { controllersOf, methodUnder, requireFree } from "./controllers.ts";
import { type Course, courseOf } from "./course.ts";
import { methodOf } from "./method-option.ts";
import {
  type GivenModel,
  isXml,
  readModelArgument,
  readText,
  requireEnd,
  requireStates,
} from "./model-argument.ts";
import { readFixed } from "./settings.ts";
import { alignedTable, shown } from "./table.ts";

export interface RunOptions extends ControlOptions {
  readonly set: readonly string[];
  readonly until: number | undefined;
  readonly points: number;
  readonly method: "auto" | "dp5" | "rodas4";
}

export async function runTwin(
  given: string,
  options: RunOptions,
  context: CliContext,
): Promise<CommandOutcome> {
  const file = await readText(given, context);
  if (isXml(file.text) && !controllersOf(given, options))
    return (await import("./sbml-twin.ts")).runSbmlTwin(file, options, context);
  const { given: read, course, reason, method } = await runOnce(given, options, context);
  const { model } = read;
  const head = [`${model.time.name} ${model.time.unit}`, ...model.states.map((s) => `${s.name} ${s.unit}`)];
  const rows = course.times.map((t, k) => [shown(t), ...[...(course.states[k] ?? [])].map(shown)]);
  context.out.write(`${model.title}\n${reason}\n\n${alignedTable([head, ...rows])}`);
  for (const event of course.outcome.events)
    context.out.write(`event ${event.name} at ${shown(event.time)} ${model.time.unit}\n`);
  const { failure } = course.outcome;
  if (failure)
    context.out.write(
      `the run ended at ${shown(course.outcome.time)} ${model.time.unit}: ${failure.reason}, ${failure.detail}\n`,
    );
  const columns = Object.fromEntries(
    model.states.map((state, i) => [state.name, course.states.map((y) => y[i])]),
  );
  const result = {
    model: model.name,
    method,
    reason,
    ...course.outcome,
    times: course.times,
    states: columns,
  };
  return { exitCode: failure ? EXIT.fail : EXIT.pass, result };
}

export interface RunOnce {
  readonly given: GivenModel;
  readonly course: Course;
  readonly method: string;
  readonly reason: string;
}

/** @throws CliError */
export async function runOnce(given: string, options: RunOptions, context: CliContext): Promise<RunOnce> {
  const controllers = controllersOf(given, options);
  const read = await readModelArgument(given, context);
  requireStates(read);
  const end = requireEnd(options.until ?? read.model.time.end, read.file);
  const settings = readFixed(options.set, read.model, { option: "--set" });
  if (controllers) requireFree(settings, controllers, "--set");
  const { parameters, changes } = applySettings(settings, read.model);
  const { method, reason } = controllers
    ? methodUnder(controllers, options.method)
    : methodOf(options.method, read.model, end);
  const course = courseOf(read.model, method, {
    points: options.points,
    end,
    parameters,
    changes,
    controllers,
  });
  return { given: read, course, method: method.name, reason };
}
