/** What `helix whatif` does: read the question, answer it with live progress, tell it, write the files. */
import { resolve } from "node:path";
import { type CliContext, type CommandOutcome, EXIT } from "@helix/cli";
import { QUANTILES } from "../ensemble/ensemble.ts";
import { describeRule, type Variation } from "../ensemble/variation.ts";
import { answerWhatIf, searchSeed, type WhatIfAnswer } from "../whatif/what-if.ts";
import { whatIfProgress } from "./progress-line.ts";
import { diskReason, openRunTables } from "./run-tables.ts";
import { alignedTable } from "./table.ts";
import { agreementText, chooseEngine, type DeviceAgreement, type EngineName } from "./whatif-engine.ts";
import { type QuestionOptions, type ReadQuestion, readQuestion } from "./whatif-question.ts";
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

export interface WhatIfOptions extends QuestionOptions {
  readonly engine: EngineName;
  readonly workers: number | undefined;
  readonly replay: number | undefined;
  readonly csv: string | undefined;
  readonly runsCsv: string | undefined;
  readonly parquet: string | undefined;
  readonly html: string | undefined;
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
  const problems = [
    ...(await tables.finish(answer.result)),
    ...(await writeReports(options, read, answer, engineText(engine, agreement, model.time.unit), context)),
  ];
  for (const problem of problems) context.err.write(`helix: ${problem}\n`);
  const isWhole = answer.complete && problems.length === 0;
  return {
    exitCode: isWhole ? EXIT.pass : EXIT.fail,
    result: jsonOf(read, answer, { engine, agreement }, since(started), problems),
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

/** @returns what could not be written, and why */
async function writeReports(
  { html, csv }: WhatIfOptions,
  read: ReadQuestion,
  answer: WhatIfAnswer,
  engine: string,
  context: CliContext,
): Promise<string[]> {
  const files: [string | undefined, () => Promise<string>][] = [
    [html, () => page(read, answer, engine, context)],
    [
      csv,
      async () => {
        const { bandsCsv } = await import("./bands-csv.ts");
        return bandsCsv(read.question.model, answer);
      },
    ],
  ];
  const problems: string[] = [];
  for (const [name, text] of files) {
    if (name === undefined) continue;
    try {
      await context.platform.disk.writeFile(
        resolve(context.cwd, name),
        new TextEncoder().encode(await text()),
        0o644,
      );
    } catch (error) {
      problems.push(`${name}: ${diskReason(error)}; it was not written`);
    }
  }
  return problems;
}

async function page(
  { question, choice, run }: ReadQuestion,
  answer: WhatIfAnswer,
  engine: string,
  context: CliContext,
): Promise<string> {
  const { whatIfPage } = await import("../whatif/page/page.ts");
  const { model, plan, target, optimisation } = question;
  return whatIfPage(model, answer, {
    target,
    optimisation,
    start: run && {
      summary: startSummary(run.recorded, run.estimated, model),
      rows: startRows(run.estimated, model),
    },
    provenance: [
      ["model", `${model.name}: ${model.source}`],
      ["varied", plan.variations.map(describeRule).join(", ")],
      [
        "draws",
        `${answer.result.done}, ${plan.sampling === "sobol" ? "Sobol sequence" : "Latin hypercube"}, seed ${plan.seed}; every strategy meets the same ones`,
      ],
      ...(optimisation ? [["search", `CMA-ES on draws of seed ${searchSeed(plan.seed)}`] as const] : []),
      ["solver", choice.reason],
      ["engine", engine],
      ["HELIX", context.version],
    ],
  });
}

function jsonOf(
  { question, choice, run }: ReadQuestion,
  answer: WhatIfAnswer,
  { engine, agreement }: { readonly engine: string; readonly agreement: DeviceAgreement | undefined },
  seconds: number,
  problems: readonly string[],
): Record<string, unknown> {
  const { model, plan, target } = question;
  const { finals: _, measures: __, courses, others, ...result } = answer.result;
  const coursesOf = (list: typeof courses) =>
    list.map(({ index, states }) => ({
      index,
      states: Object.fromEntries(
        model.states.map(({ name }, s) => [
          name,
          plan.outputs.map((___, k) => states[k * model.states.length + s]),
        ]),
      ),
    }));
  return {
    model: model.name,
    method: choice.method.name,
    reason: choice.reason,
    engine,
    ...(agreement ? { agreement } : {}),
    seed: plan.seed,
    variations: plan.variations,
    quantiles: QUANTILES,
    times: plan.outputs,
    target,
    quantities: answer.quantities.map(({ name, unit, text }) => ({ name, unit, text })),
    ...result,
    courses: coursesOf(courses),
    others: others.map((one) => ({ ...one, courses: coursesOf(one.courses) })),
    strategies: answer.strategies,
    comparisons: answer.comparisons,
    ranking: answer.ranking,
    optimum: answer.optimum && {
      ...answer.optimum,
      decisions: question.optimisation?.decisions,
      searchSeed: searchSeed(plan.seed),
    },
    ...(run
      ? {
          start: {
            record: run.recorded.scenario,
            time: run.estimated.start.time,
            states: run.estimated.states,
          },
        }
      : {}),
    complete: answer.complete,
    problems,
    seconds,
  };
}
