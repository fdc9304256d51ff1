/** `helix twin run`: one run as a table. */
import { type CliContext, type CommandOutcome, EXIT } from "@helix/cli";
import { type ControlOptions, isControlled } from "./control-options.ts";
import { controlledCourse, requireControllable } from "./controlled-course.ts";
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
import { readSettings } from "./settings.ts";
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
  if (isXml(file.text) && !isControlled(options))
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
  if (isControlled(options)) requireControllable(given, options);
  const read = await readModelArgument(given, context);
  requireStates(read);
  const end = requireEnd(options.until ?? read.model.time.end, read.file);
  if (isControlled(options)) {
    const course = controlledCourse(read.model, end, options);
    return { given: read, course, method: "rodas4", reason: controlReason(options) };
  }
  const { parameters, changes } = readSettings(options.set, read.model);
  const { method, reason } = methodOf(options.method, read.model, end);
  const course = courseOf(read.model, method, { points: options.points, end, parameters, changes });
  return { given: read, course, method: method.name, reason };
}

function controlReason({ fault, paa }: ControlOptions): string {
  return `under its controllers, scan by scan with Rodas4; fault ${fault ?? "none"}, phenylacetic acid by ${paa ?? "recipe"}`;
}
