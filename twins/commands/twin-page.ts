/** `helix twin show --page`: the model's page as Markdown, with the picture of a run beside it. */
import { basename, resolve } from "node:path";
import { type CliContext, CliError, type CommandOutcome, EXIT } from "@helix/cli";
import { coursePicture } from "./course-picture.ts";
import { balancesAlongRun } from "./model-balances.ts";
import { modelPage } from "./model-page.ts";
import { runOnce } from "./twin-run.ts";

/** Enough for a smooth curve, few enough for a small file. */
const POINTS = 120;

/** @throws CliError */
export async function writeTwinPage(
  given: string,
  file: string,
  context: CliContext,
): Promise<CommandOutcome> {
  if (!file.endsWith(".md"))
    throw new CliError(`--page ${file}: the page is Markdown, and the picture lies beside it`, {
      advice: `write --page ${file}.md`,
    });
  const options = {
    set: [],
    until: undefined,
    points: POINTS,
    method: "auto",
    fault: undefined,
    paa: undefined,
  } as const;
  const { given: read, course, reason } = await runOnce(given, { ...options, uncontrolled: false }, context);
  const { model, text } = read;
  const { balances, course: tested } = balancesAlongRun(model);
  const picture = file.replace(/\.md$/, ".svg");
  const page = modelPage({
    model,
    text,
    course,
    reason,
    balances,
    points: tested.times.length,
    picture: basename(picture),
  });
  const files = { [file]: page, [picture]: coursePicture(model, course, reason) };
  for (const [name, content] of Object.entries(files))
    await context.platform.disk.writeFile(
      resolve(context.cwd, name),
      new TextEncoder().encode(content),
      0o644,
    );
  context.out.write(`${Object.keys(files).join("\n")}\n`);
  return {
    exitCode: course.outcome.failure ? EXIT.fail : EXIT.pass,
    result: { model: model.name, page: file, picture },
  };
}
