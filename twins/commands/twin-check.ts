/** `helix twin check`: what the reader says of a model, and whether its balances hold. */
import { type CliContext, type CommandOutcome, EXIT } from "@helix/cli";
import { testBalances } from "../language/balances.ts";
import { formatDiagnostic } from "../language/diagnostic.ts";
import { chooseMethod } from "../solvers/choose.ts";
import { courseOf } from "./course.ts";
import { readModelArgument } from "./model-argument.ts";

/** Above rounding, below any term that somebody forgot. */
const LARGEST_DIFFERENCE = 1e-9;
const POINTS = 50;

export async function checkTwin(given: string, context: CliContext): Promise<CommandOutcome> {
  const { model, warnings, file } = await readModelArgument(given, context);
  for (const warning of warnings) context.out.write(`${formatDiagnostic(file, warning)}\n`);
  if (model.time.end === Number.POSITIVE_INFINITY) {
    context.out.write(`${file}: can be read; SBML has no balances to hold\n`);
    return { exitCode: EXIT.pass, result: { model: model.name, warnings, balances: [] } };
  }
  if (model.states.length === 0) {
    context.out.write(`${file}: in order; a part without states, nothing to run\n`);
    return { exitCode: EXIT.pass, result: { model: model.name, warnings, balances: [] } };
  }
  const { method, reason } = chooseMethod(model);
  const course = courseOf(model, method, { points: POINTS });
  const points = course.times.map((t, k) => ({
    t,
    y: course.states[k] as Float64Array,
    inputs: Float64Array.from(
      model.inputs,
      (u) => u.schedule.findLast((change) => change.time <= t)?.value ?? Number.NaN,
    ),
  }));
  const balances = testBalances(model, points).map((b) => ({ ...b, holds: b.worst <= LARGEST_DIFFERENCE }));
  for (const { name, worst, holds } of balances) {
    context.out.write(
      holds
        ? `balance ${name}: holds\n`
        : `balance ${name}: BROKEN, off by ${(100 * worst).toPrecision(2)} %\n`,
    );
  }
  if (course.outcome.failure) context.out.write(`the nominal run fails: ${course.outcome.failure.detail}\n`);
  context.out.write(`${reason}\n`);
  const right = balances.every((balance) => balance.holds) && !course.outcome.failure;
  context.out.write(right ? `${file}: in order\n` : `${file}: not in order\n`);
  return {
    exitCode: right ? EXIT.pass : EXIT.fail,
    result: { model: model.name, warnings, balances, method: method.name, reason, outcome: course.outcome },
  };
}
