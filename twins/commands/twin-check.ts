/** `helix twin check`: what the reader says of a model, and whether its balances hold. */
import { type CliContext, type CommandOutcome, EXIT } from "@helix/cli";
import { LARGEST_IMBALANCE } from "../language/balances.ts";
import { formatDiagnostic } from "../language/diagnostic.ts";
import { readModelArgument } from "./model-argument.ts";
import { balancesAlongRun } from "./model-balances.ts";

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
  const { balances: tested, course, method, reason } = balancesAlongRun(model);
  const balances = tested.map((b) => ({ ...b, holds: b.worst <= LARGEST_IMBALANCE }));
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
    result: { model: model.name, warnings, balances, method, reason, outcome: course.outcome },
  };
}
