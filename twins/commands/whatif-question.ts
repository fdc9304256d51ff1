/** From what the user gave to a question: rules read, names checked, bounds held. */
import { resolve } from "node:path";
import { type CliContext, CliError } from "@helix/cli";
import { MeasureError, measurable } from "../ensemble/measures.ts";
import type { EnsemblePlan, Sampling, Strategy } from "../ensemble/plan.ts";
import { applySettings } from "../ensemble/run-inputs.ts";
import { saltelliWidth } from "../ensemble/saltelli.ts";
import { MOST_SOBOL_DIMENSIONS } from "../ensemble/sobol.ts";
import { parseTargets, quantityOf, type Target } from "../ensemble/target.ts";
import { parseVariation, type Variation, VariationError } from "../ensemble/variation.ts";
import type { TwinModel } from "../language/model.ts";
import type { Choice } from "../solvers/choose.ts";
import { SimulationError } from "../solvers/simulation.ts";
import { DEFAULT_TOLERANCE } from "../solvers/trajectories.ts";
import { type EstimatedStart, estimatedStart } from "../whatif/estimated-start.ts";
import { parseLimit } from "../whatif/limits.ts";
import type { Decision, Optimisation } from "../whatif/optimise.ts";
import { type RecordedRun, RecordedRunError, readRecordedRun } from "../whatif/recorded-run.ts";
import type { WhatIfQuestion } from "../whatif/what-if.ts";
import { methodOf } from "./method-option.ts";
import { isXml, readModelArgument, requireEnd } from "./model-argument.ts";
import { linesOf } from "./record-lines.ts";
import { readFixed, readRules } from "./settings.ts";

export interface QuestionOptions {
  readonly vary: readonly string[];
  readonly set: readonly string[];
  readonly against: readonly string[];
  readonly piece: number | undefined;
  readonly runs: number;
  readonly seed: number;
  readonly sampling: Exclude<Sampling, "saltelli">;
  readonly points: number;
  readonly until: number | undefined;
  readonly method: "auto" | "dp5" | "rodas4";
  readonly spaghetti: number;
  readonly target: string | undefined;
  readonly rank: number | undefined;
  readonly optimise: string | undefined;
  readonly minimise: string | undefined;
  readonly over: readonly string[];
  readonly keep: readonly string[];
  readonly fromRun: string | undefined;
  readonly at: number | undefined;
}

export interface ReadQuestion {
  readonly question: WhatIfQuestion;
  readonly choice: Choice;
  readonly run: { readonly recorded: RecordedRun; readonly estimated: EstimatedStart } | undefined;
}

/** @throws CliError */
export async function readQuestion(
  given: string,
  options: QuestionOptions,
  context: CliContext,
): Promise<ReadQuestion> {
  const { model, text, file } = await readModelArgument(given, context);
  const end = requireEnd(options.until ?? model.time.end, file);
  const choice = methodOf(options.method, model, end);
  const run = options.fromRun === undefined ? undefined : await startOf(options, model, choice, context);
  const begin = run?.estimated.start.time ?? 0;
  if (begin >= end)
    throw new CliError(`the runs would begin at ${begin} ${model.time.unit} and end at ${end}`);
  const variations = [...drawn(options, model), ...(run?.estimated.variations ?? [])];
  checkSampling(options.sampling, variations.length);
  const rules = (option: string) => ({ option, piece: options.piece });
  const set = readFixed(options.set, model, rules("--set"));
  const against = readFixed(options.against, model, rules("--against"));
  const base: Strategy = {
    name: options.set.length > 0 ? options.set.join(", ") : "as it is",
    settings: set,
  };
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
    ...DEFAULT_TOLERANCE,
    keepFinals: false,
    outputs: Array.from(
      { length: options.points },
      (_, i) => begin + ((end - begin) * i) / (options.points - 1),
    ),
    courses: options.spaghetti,
    ...(run ? { start: run.estimated.start } : {}),
  };
  const optimisation = mended(() => optimisationOf(options, base, model, begin));
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

const [LEAST_ROWS, MOST_ROWS, RUNS_OF_RANKING] = [16, 256, 4];

/** A ranking takes its time from the ensemble that it belongs to. */
function rankingRows(runs: number, variations: readonly Variation[]): number {
  const width = saltelliWidth(variations.filter(({ spread }) => spread.shape !== "fixed").length);
  return Math.min(MOST_ROWS, Math.max(LEAST_ROWS, Math.floor((RUNS_OF_RANKING * runs) / width)));
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

/** @throws CliError */
function drawn({ vary, piece }: QuestionOptions, model: TwinModel): Variation[] {
  const spread = model.parameters.filter((p) => p.value !== 0);
  if (vary.length === 0) return spread.map((p) => tenPercent(p.name, model));
  const variations = readRules(vary, model, { option: "--vary", piece });
  const labels = variations.map(({ label }) => label);
  const twice = labels.find((label, i) => labels.indexOf(label) !== i);
  if (twice !== undefined) throw new CliError(`--vary ${twice} is given twice`);
  return variations;
}

/** Within 10 % of its value, or as far as the model's bounds go. */
function tenPercent(name: string, model: TwinModel): Variation {
  const { value, low, high } = quantityOf(
    { name, kind: "parameter" },
    model,
  ) as TwinModel["parameters"][number];
  const factors = [0.9, 1.1].map((factor) => Math.min(high, Math.max(low, factor * value)) / value);
  return parseVariation(`${name}=${Math.min(...factors)}x..${Math.max(...factors)}x`, model);
}

function checkSampling(sampling: Sampling, dimensions: number): void {
  if (sampling !== "sobol" || dimensions <= MOST_SOBOL_DIMENSIONS) return;
  throw new CliError(
    `--sampling sobol varies at most ${MOST_SOBOL_DIMENSIONS} quantities, not ${dimensions}`,
    { advice: "leave it out: a Latin hypercube has no limit" },
  );
}

/** What is to be optimised, or what was asked for, or what the model's last sensor shows. */
function targetOf({ target, optimise, minimise }: QuestionOptions, model: TwinModel): string {
  const asked =
    target ?? optimise ?? minimise ?? model.sensors.at(-1)?.name ?? model.states.at(-1)?.name ?? "";
  return measurable(asked, model).name;
}

function optimisationOf(
  options: QuestionOptions,
  base: Strategy,
  model: TwinModel,
  begin: number,
): Optimisation | undefined {
  const { optimise, minimise, over, keep } = options;
  if (optimise !== undefined && minimise !== undefined)
    throw new CliError("--optimise and --minimise: one of them");
  const quantity = optimise ?? minimise;
  if (quantity === undefined) {
    if (over.length > 0) throw new CliError("--over needs --optimise or --minimise: what is it for?");
    if (keep.length > 0) throw new CliError("--keep needs --optimise or --minimise");
    return undefined;
  }
  if (over.length === 0)
    throw new CliError(`--optimise ${quantity}: what can be decided?`, {
      advice: `say it with --over, for example --over '${model.inputs[0]?.name ?? model.parameters[0]?.name}[1..14]=0.5x..2x'`,
    });
  const decisions = over.flatMap((text) => decisionsOf(text, base, model, options.piece));
  const twice = decisions.findIndex(({ label }, i) => decisions.findIndex((d) => d.label === label) !== i);
  if (twice >= 0) throw new CliError(`--over ${decisions[twice]?.label} is given twice`);
  const past = decisions.find(({ target }) => target.span && target.span.to <= begin);
  if (past)
    throw new CliError(
      `--over ${past.label} is over at ${past.target.span?.to} ${model.time.unit}, before the runs begin at ${begin}`,
    );
  return {
    quantity: measurable(quantity, model).name,
    sense: optimise === undefined ? "smallest" : "largest",
    decisions,
    limits: keep.map((text) => parseLimit(text, model)),
  };
}

/** `feed[1..14]=0..0.004`, `feed[1..14]=0.5x..2x`, or within the model's bounds where none are given. */
function decisionsOf(text: string, base: Strategy, model: TwinModel, piece: number | undefined): Decision[] {
  const [label = ""] = text.split("=");
  const option = "--over";
  const rule = text.includes("=") ? parseVariation(text, model, { option, piece }) : undefined;
  if (rule && (rule.spread.shape !== "uniform" || rule.spread.low === rule.spread.high))
    throw new CliError(`--over ${text}: two bounds are expected, for example ${label}=0.5x..2x`);
  const settled = applySettings(base.settings, model);
  const targets = targetsOf(label.trim(), model, piece);
  return targets.map((target, i): Decision => {
    const now = valueNow(target, model, settled);
    const own = quantityOf(target, model);
    const scale = rule?.relative ? now : 1;
    const bounds =
      rule?.spread.shape === "uniform"
        ? { low: rule.spread.low * scale, high: rule.spread.high * scale }
        : { low: own.low, high: own.high };
    const name =
      targets.length > 1
        ? label.replace(/\[(\d+).*$/, (_, first: string) => `[${Number(first) + i}]`)
        : label;
    if (!Number.isFinite(bounds.low) || !Number.isFinite(bounds.high))
      throw new CliError(`--over ${name}: the model gives no bounds; write ${name}=low..high`);
    if (bounds.low >= bounds.high)
      throw new CliError(
        `--over ${name}: its bounds are both ${bounds.low}; write ${name}=low..high without x`,
      );
    return { label: name.trim(), target, ...bounds, base: now };
  });
}

function targetsOf(label: string, model: TwinModel, piece: number | undefined): Target[] {
  try {
    return parseTargets(label, model, piece);
  } catch (error) {
    throw error instanceof VariationError ? new VariationError(`--over ${error.message}`) : error;
  }
}

function valueNow(
  { name, kind, span }: Target,
  model: TwinModel,
  { parameters, changes }: ReturnType<typeof applySettings>,
): number {
  if (kind === "parameter") return parameters[model.parameters.findIndex((p) => p.name === name)] as number;
  const schedule = changes.get(name) ?? model.inputs.find((u) => u.name === name)?.schedule ?? [];
  return schedule.findLast((change) => change.time <= (span?.from ?? 0))?.value ?? Number.NaN;
}

/** @throws CliError */
async function startOf(options: QuestionOptions, model: TwinModel, { method }: Choice, context: CliContext) {
  const { fromRun = "" } = options;
  const path = resolve(context.cwd, fromRun);
  const found = await context.platform.disk.stat(path);
  const file = found?.kind === "folder" ? resolve(path, "record.jsonl") : path;
  try {
    const recorded = await readRecordedRun(linesOf(file, context.platform.disk), model);
    return { recorded, estimated: estimatedStart(recorded, model, method, options.at) };
  } catch (error) {
    if (error instanceof RecordedRunError || error instanceof SimulationError)
      throw new CliError(`--from-run ${fromRun}: ${error.message}`, { cause: error });
    if ((error as NodeJS.ErrnoException).code === "ENOENT")
      throw new CliError(`--from-run ${fromRun}: there is no such record`, {
        advice: "give a run's folder, or its record.jsonl",
        cause: error,
      });
    throw error;
  }
}
