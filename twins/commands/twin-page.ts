/** `helix twin show --page`: the model's page as Markdown, with the picture of a run beside it. */
import { basename, resolve } from "node:path";
import { type CliContext, CliError, type CommandOutcome, EXIT } from "@helix/cli";
import { coursePicture } from "./course-picture.ts";
import { readModelArgument } from "./model-argument.ts";
import { balancesAlongRun } from "./model-balances.ts";
import { modelPage, type PageRun } from "./model-page.ts";
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
  const { model, text } = await readModelArgument(given, context);
  const run = model.states.length > 0 ? await runOf(given, basename(file), context) : undefined;
  const files = [
    [file, modelPage({ model, text, run })],
    ...(run ? [[file.replace(/\.md$/, ".svg"), coursePicture(model, run.course, run.reason)]] : []),
  ] as [string, string][];
  for (const [name, content] of files)
    await context.platform.disk.writeFile(
      resolve(context.cwd, name),
      new TextEncoder().encode(content),
      0o644,
    );
  context.out.write(`${files.map(([name]) => name).join("\n")}\n`);
  return {
    exitCode: run?.course.outcome.failure ? EXIT.fail : EXIT.pass,
    result: { model: model.name, files: files.map(([name]) => name) },
  };
}

async function runOf(given: string, page: string, context: CliContext): Promise<PageRun> {
  const options = { set: [], until: undefined, points: POINTS, method: "auto" } as const;
  const controls = { fault: undefined, paa: undefined, uncontrolled: false } as const;
  const { given: read, course, reason } = await runOnce(given, { ...options, ...controls }, context);
  const { balances, course: tested } = balancesAlongRun(read.model);
  const picture = page.replace(/\.md$/, ".svg");
  return { course, reason, balances, points: tested.times.length, picture };
}
