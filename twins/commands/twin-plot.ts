/** `helix twin plot`: one run as a picture, a small panel for every state. */
import { resolve } from "node:path";
import { type CliContext, type CommandOutcome, EXIT } from "@helix/cli";
import { coursePicture } from "./course-picture.ts";
import { type RunOptions, runOnce } from "./twin-run.ts";

export async function plotTwin(
  given: string,
  options: RunOptions & { readonly out: string },
  context: CliContext,
): Promise<CommandOutcome> {
  const { given: read, course, reason, method } = await runOnce(given, options, context);
  const path = resolve(context.cwd, options.out);
  await context.platform.disk.writeFile(
    path,
    new TextEncoder().encode(coursePicture(read.model, course, reason)),
    0o644,
  );
  context.out.write(`${reason}\n${read.model.states.length} panels in ${options.out}\n`);
  const exitCode = course.outcome.failure ? EXIT.fail : EXIT.pass;
  return { exitCode, result: { model: read.model.name, method, reason, out: path, ...course.outcome } };
}
