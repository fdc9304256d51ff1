/** What `helix whatif` does: read the question, answer it with live progress, tell it, write the files. */
import { type CliContext, type CommandOutcome, EXIT } from "@helix/cli";
import type { Variation } from "../ensemble/variation.ts";
import { answerWhatIf, type WhatIfAnswer } from "../whatif/what-if.ts";
import { checkOutputFiles } from "./output-files.ts";
import { whatIfProgress } from "./progress-line.ts";
import { openRunTables } from "./run-tables.ts";
import { alignedTable } from "./table.ts";
import { agreementText, chooseEngine, type DeviceAgreement, type EngineName } from "./whatif-engine.ts";
import { whatIfJson } from "./whatif-json.ts";
import { type QuestionOptions, readQuestion } from "./whatif-question.ts";
import type { ReportFiles } from "./whatif-reports.ts";
import {
  comparisonText,
  endText,
  failedCount,
  failedText,
  optimumTextOf,
  rankingText,
  START_HEAD,
  startRows,
  startSummary,
} from "./whatif-text.ts";

export interface WhatIfOptions extends QuestionOptions, ReportFiles {
  readonly engine: EngineName;
  readonly workers: number | undefined;
  readonly replay: number | undefined;
  readonly runsCsv: string | undefined;
  readonly parquet: string | undefined;
}

/** @throws CliError */
export async function runWhatIf(
  given: string,
  options: WhatIfOptions,
  context: CliContext,
): Promise<CommandOutcome> {
  const read = await readQuestion(given, options, context);
  const { question, choice, run } = read;
  const { model, plan } = question;
  if (options.replay !== undefined) {
    const { replayWhatIf } = await import("./whatif-replay.ts");
    return replayWhatIf(question, options.replay, context);
  }
  const { html, csv, runsCsv, parquet } = options;
  await checkOutputFiles(
    { "--html": html, "--csv": csv, "--runs-csv": runsCsv, "--parquet": parquet },
    context,
  );
  const workers = options.workers ?? navigator.hardwareConcurrency;
  const clock = context.platform.clock;
  const started = clock.monotonicNs();
  let ensembleStarted = started;
  const since = (begin: bigint) => Number(clock.monotonicNs() - begin) / 1e9;
  await using chosen = await chooseEngine(options.engine, plan, workers);
  const engine = chosen.text;
  context.out.write(`${model.title}\n${choice.reason}\n${engine}\n${cutText(plan.variations)}\n`);
  if (run)
    context.out.write(
      `${startSummary(run.recorded, run.estimated, model)}\n${alignedTable([START_HEAD, ...startRows(run.estimated, model)])}\n`,
    );
  const tables = await openRunTables(options, read, context);
  const progress = whatIfProgress(context, () => clock.monotonicNs());
  const told = (answer: WhatIfAnswer) => {
    progress.clear();
    context.out.write(endText(answer));
    context.out.write(failedText(answer, plan.variations));
    context.out.write(comparisonText(answer, question.target));
    context.out.write(optimumTextOf(answer, question.optimisation));
    context.out.write(rateText(answer, since(ensembleStarted), plan.seed));
  };
  const answer = await answerWhatIf(question, chosen.ensembles, {
    signal: AbortSignal.any([context.signal, tables.full]),
    progress: (step, now) => {
      if (step === "ensemble" && "done" in now && now.done === 0) ensembleStarted = clock.monotonicNs();
      progress.show(step, now);
    },
    onBlock: (block, strategies) => tables.add(block, strategies),
    onResult: told,
  });
  progress.clear();
  context.out.write(rankingText(answer, question.target));
  const agreement = await chosen.agreement?.(plan);
  if (agreement) context.out.write(`\n${agreementText(agreement, model.time.unit)}`);
  const problems = await tables.finish(answer.result);
  // Loaded when asked for: the first answer does not wait for it.
  if (options.html !== undefined || options.csv !== undefined) {
    const { writeReports } = await import("./whatif-reports.ts");
    const shown = engineText(engine, agreement, model.time.unit);
    problems.push(...(await writeReports(options, read, answer, shown, context)));
  }
  for (const problem of problems) context.err.write(`helix: ${problem}\n`);
  const isWhole = answer.complete && problems.length === 0;
  return {
    exitCode: isWhole ? EXIT.pass : EXIT.fail,
    result: whatIfJson(read, answer, { engine, agreement }, since(started), problems),
  };
}

const engineText = (engine: string, agreement: DeviceAgreement | undefined, timeUnit: string): string =>
  agreement ? `${engine}; ${agreementText(agreement, timeUnit).trim()}` : engine;

function cutText(variations: readonly Variation[]): string {
  const lines = variations
    .filter(({ cut }) => cut.from > 1e-4 || cut.to < 1 - 1e-4)
    .map(({ label, cut }) => {
      const off = (100 * (1 - cut.to + cut.from)).toPrecision(2);
      return `${label}: ${Number(off)} % of it is cut off at the model's bounds\n`;
    });
  return lines.join("");
}

function rateText({ result, strategies }: WhatIfAnswer, seconds: number, seed: number): string {
  const failed = failedCount(result);
  const runs = result.done * strategies.length - failed;
  const partial = result.complete ? "" : `PARTIAL: stopped after ${result.done} of ${result.runs}; `;
  return `\n${partial}${runs} runs in ${seconds.toFixed(2)} s, ${Math.round(runs / seconds)} a second, seed ${seed}\n`;
}
