/** From what the user gave to a question: rules read, names checked, bounds held. */
import { type CliContext, CliError } from "@helix/cli";
import { MeasureError, measurable } from "../ensemble/measures.ts";
import type { EnsemblePlan, Sampling, Strategy } from "../ensemble/plan.ts";
import { VariationError } from "../ensemble/variation.ts";
import type { TwinModel } from "../language/model.ts";
import { atScanEnds, CONTROLLED_TOLERANCE, type Controllers } from "../library/indpensim-trajectories.ts";
import type { Choice } from "../solvers/choose.ts";
import { DEFAULT_TOLERANCE } from "../solvers/trajectories.ts";
import type { WhatIfQuestion } from "../whatif/what-if.ts";
import type { ControlOptions } from "./control-options.ts";
import { controllersOf, methodUnder, requireFree } from "./controllers.ts";
import { methodOf } from "./method-option.ts";
import { isXml, readModelArgument, requireEnd } from "./model-argument.ts";
import { readFixed } from "./settings.ts";
import { type DecisionOptions, optimisationOf } from "./whatif-decisions.ts";
import { checkSampling, drawnBy, rankingRows } from "./whatif-draws.ts";
import { type ReadStart, startOf } from "./whatif-start.ts";

export interface QuestionOptions extends ControlOptions, DecisionOptions {
  readonly vary: readonly string[];
  readonly set: readonly string[];
  readonly against: readonly string[];
  readonly runs: number;
  readonly seed: number;
  readonly sampling: Exclude<Sampling, "saltelli">;
  readonly points: number;
  readonly until: number | undefined;
  readonly method: "auto" | "dp5" | "rodas4";
  readonly spaghetti: number;
  readonly target: string | undefined;
  readonly rank: number | undefined;
  readonly fromRun: string | undefined;
  readonly at: number | undefined;
}

export interface ReadQuestion {
  readonly question: WhatIfQuestion;
  readonly choice: Choice;
  readonly run: ReadStart | undefined;
}

/** @throws CliError */
export async function readQuestion(
  given: string,
  options: QuestionOptions,
  context: CliContext,
): Promise<ReadQuestion> {
  const { model, text, file } = await readModelArgument(given, context);
  const end = requireEnd(options.until ?? model.time.end, file);
  const controllers = controllersOf(given, options);
  const choice = controllers
    ? methodUnder(controllers, options.method)
    : methodOf(options.method, model, end);
  const { fromRun, at } = options;
  if (controllers && fromRun !== undefined)
    throw new CliError(
      `--from-run: ${given} runs under its controllers, and what they remember is in no record`,
      {
        advice: "run it from its own start, or with --uncontrolled",
      },
    );
  const run = fromRun === undefined ? undefined : await startOf(fromRun, at, model, choice, context);
  const begin = run?.estimated.start.time ?? 0;
  if (begin >= end)
    throw new CliError(`the runs would begin at ${begin} ${model.time.unit} and end at ${end}`);
  const variations = [...drawnBy(options.vary, options.piece, model), ...(run?.estimated.variations ?? [])];
  checkSampling(options.sampling, variations.length);
  const rules = (option: string) => ({ option, piece: options.piece });
  const set = readFixed(options.set, model, rules("--set"));
  const against = readFixed(options.against, model, rules("--against"));
  if (controllers) checkFree(controllers, { "--vary": variations, "--set": set, "--against": against });
  const base: Strategy = {
    name: options.set.length > 0 ? options.set.join(", ") : "as it is",
    settings: set,
  };
  const outputs = Array.from(
    { length: options.points },
    (_, i) => begin + ((end - begin) * i) / (options.points - 1),
  );
  const plan: EnsemblePlan = {
    modelText: text,
    ...(isXml(text) ? { model } : {}),
    file,
    variations,
    runs: options.runs,
    seed: options.seed,
    sampling: options.sampling,
    method: choice.method.name,
    backEnd: "webassembly",
    end,
    ...(controllers ? CONTROLLED_TOLERANCE : DEFAULT_TOLERANCE),
    keepFinals: false,
    outputs: controllers ? atScanEnds(outputs) : outputs,
    courses: options.spaghetti,
    ...(run ? { start: run.estimated.start } : {}),
    ...(controllers ? { controllers } : {}),
  };
  const optimisation = mended(() => optimisationOf(options, base, model, begin));
  if (controllers)
    checkFree(controllers, { "--over": (optimisation?.decisions ?? []).map(({ target }) => target) });
  const question: WhatIfQuestion = {
    model,
    plan,
    base,
    against:
      against.length > 0
        ? [{ name: options.against.join(", "), settings: [...base.settings, ...against] }]
        : [],
    target: mended(() => targetOf(options, model)),
    rankingRows: options.rank ?? rankingRows(options.runs, variations),
    optimisation,
  };
  return { question, choice, run };
}

type Named = readonly { readonly name: string }[];

/** @throws CliError for an input that the controllers set */
function checkFree(controllers: Controllers, named: Readonly<Record<string, Named>>): void {
  for (const [option, names] of Object.entries(named)) requireFree(names, controllers, option);
}

/** Mistakes of the user as such. */
function mended<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof VariationError || error instanceof MeasureError)
      throw new CliError(error.message, { cause: error });
    throw error;
  }
}

/** What is to be optimised, or what was asked for, or what the model's last sensor shows. */
function targetOf({ target, optimise, minimise }: QuestionOptions, model: TwinModel): string {
  const asked =
    target ?? optimise ?? minimise ?? model.sensors.at(-1)?.name ?? model.states.at(-1)?.name ?? "";
  return measurable(asked, model).name;
}
