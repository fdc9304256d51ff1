/** What `helix whatif` does: plan, run with live progress, table, files. */
import { resolve } from "node:path";
import { type CliContext, CliError, type CommandOutcome, EXIT } from "@helix/cli";
import { type EnsembleResult, QUANTILES, runEnsemble } from "../ensemble/ensemble.ts";
import type { EnsemblePlan, Sampling } from "../ensemble/plan.ts";
import { replayRun } from "../ensemble/replay.ts";
import { MOST_SOBOL_DIMENSIONS } from "../ensemble/sobol.ts";
import { parseVariation, type Variation, VariationError } from "../ensemble/variation.ts";
import type { TwinModel } from "../language/model.ts";
import { DEFAULT_TOLERANCE } from "../solvers/trajectories.ts";
import { methodOf } from "./method-option.ts";
import { isXml, readModelArgument, requireEnd } from "./model-argument.ts";
import { progressLine } from "./progress-line.ts";
import { alignedTable, shown } from "./table.ts";
import { whatIfPage } from "./whatif-page.ts";

export interface WhatIfOptions {
  readonly vary: readonly string[];
  readonly runs: number;
  readonly seed: number;
  readonly sampling: Sampling;
  readonly points: number;
  readonly until: number | undefined;
  readonly workers: number | undefined;
  readonly method: "auto" | "dp5" | "rodas4";
  readonly replay: number | undefined;
  readonly csv: string | undefined;
  readonly html: string | undefined;
}

/** @throws CliError */
export async function runWhatIf(
  given: string,
  options: WhatIfOptions,
  context: CliContext,
): Promise<CommandOutcome> {
  const { model, text, file } = await readModelArgument(given, context);
  const end = options.until ?? model.time.end;
  requireEnd(end, file);
  if (!(end > 0)) throw new CliError(`--until ${end}: the runs need a length above 0`);
  const variations = readVariations(options.vary, model);
  if (options.sampling === "sobol" && variations.length > MOST_SOBOL_DIMENSIONS) {
    throw new CliError(
      `--sampling sobol varies at most ${MOST_SOBOL_DIMENSIONS} quantities, not ${variations.length}`,
      {
        advice: "leave it out: a Latin hypercube has no limit",
      },
    );
  }
  const { method, reason } = methodOf(options.method, model, end);
  const plan: EnsemblePlan = {
    modelText: text,
    ...(isXml(text) ? { model } : {}),
    file,
    variations,
    runs: options.runs,
    seed: options.seed,
    sampling: options.sampling,
    method: method.name,
    backEnd: "webassembly",
    end,
    ...DEFAULT_TOLERANCE,
    keepFinals: false,
    outputs: Array.from({ length: options.points }, (_, i) => (end * i) / (options.points - 1)),
  };
  if (options.replay !== undefined) return replay(plan, options.replay, model, context);
  const workers = options.workers ?? navigator.hardwareConcurrency;
  const started = context.platform.clock.monotonicNs();
  const progress = progressLine(context, () => context.platform.clock.monotonicNs() - started);
  const result = await runEnsemble(plan, { workers, progress: progress.show, signal: context.signal });
  progress.clear();
  const seconds = Number(context.platform.clock.monotonicNs() - started) / 1e9;
  const engine = `WebAssembly, ${workers} thread${workers === 1 ? "" : "s"}`;
  context.out.write(`${model.title}\n${reason}\n${engine}; no GPU is used\n\n`);
  context.out.write(endTable(model, result));
  if (result.failedCount > 0) context.out.write(failedText(result, plan));
  const rate = Math.round(result.finished / seconds);
  const partial = result.complete
    ? ""
    : `PARTIAL: stopped after ${result.finished + result.failedCount} of ${result.runs}; `;
  context.out.write(
    `\n${partial}${result.finished} runs in ${seconds.toFixed(2)} s, ${rate} a second, seed ${plan.seed}\n`,
  );
  if (options.html !== undefined) {
    const told = [
      reason,
      `${engine}; seed ${plan.seed}`,
      `varied: ${plan.variations.map((v) => v.name).join(", ")}`,
    ];
    const page = new TextEncoder().encode(whatIfPage(model, result, told));
    await context.platform.disk.writeFile(resolve(context.cwd, options.html), page, 0o644);
  }
  if (options.csv !== undefined) await writeCsv(resolve(context.cwd, options.csv), model, result, context);
  const { finals: _, ...told } = result;
  const json = {
    model: model.name,
    method: method.name,
    reason,
    engine,
    seed: plan.seed,
    variations: plan.variations,
    quantiles: QUANTILES,
    ...told,
    seconds,
  };
  return { exitCode: result.complete ? EXIT.pass : EXIT.fail, result: json };
}

/** @throws CliError */
function readVariations(texts: readonly string[], model: TwinModel): Variation[] {
  const given =
    texts.length > 0
      ? texts
      : model.parameters.filter((p) => p.value !== 0).map((p) => `${p.name}=0.9x..1.1x`);
  try {
    return given.map((text) => parseVariation(text, model));
  } catch (error) {
    if (!(error instanceof VariationError)) throw error;
    throw new CliError(error.message, {
      advice: `helix twin show ${model.name} lists what can be varied`,
      cause: error,
    });
  }
}

function endTable(model: TwinModel, { bands }: EnsembleResult): string {
  const head = ["at the end", "unit", ...QUANTILES.map((q) => `${100 * q} %`)];
  const rows = model.states.map((s) => [
    s.name,
    s.unit,
    ...(bands[s.name]?.at(-1)?.quantiles ?? []).map(shown),
  ]);
  return alignedTable([head, ...rows]);
}

const MOST_FAILED_SHOWN = 10;

function failedText({ failed, failedCount }: EnsembleResult, plan: EnsemblePlan): string {
  const lines = failed.slice(0, MOST_FAILED_SHOWN).map((run) => {
    const values = run.values.map((value, i) => `${plan.variations[i]?.name}=${shown(value)}`).slice(0, 4);
    return `  run ${run.index}: ${run.reason}, ${run.detail} (${values.join(", ")}${run.values.length > 4 ? ", ..." : ""})\n`;
  });
  const more = failedCount > MOST_FAILED_SHOWN ? `  and ${failedCount - MOST_FAILED_SHOWN} more\n` : "";
  return `\n${failedCount} runs failed\n${lines.join("")}${more}`;
}

async function writeCsv(
  path: string,
  model: TwinModel,
  { bands, complete }: EnsembleResult,
  context: CliContext,
): Promise<void> {
  const head = [
    "state",
    "unit",
    `time ${model.time.unit}`,
    ...QUANTILES.map((q) => `q${100 * q}`),
    "complete",
  ].join(",");
  const rows = model.states.flatMap((state) =>
    (bands[state.name] ?? []).map((band) =>
      [state.name, state.unit, band.time, ...band.quantiles, complete].join(","),
    ),
  );
  await context.platform.disk.writeFile(
    path,
    new TextEncoder().encode(`${[head, ...rows].join("\n")}\n`),
    0o644,
  );
}

function replay(plan: EnsemblePlan, index: number, model: TwinModel, context: CliContext): CommandOutcome {
  if (index >= plan.runs)
    throw new CliError(`--replay ${index}: the runs are numbered 0 .. ${plan.runs - 1}`);
  const { outcome, values, times, course } = replayRun(plan, index);
  const head = [model.time.name, ...model.states.map((s) => s.name)];
  const reached = course[model.states[0]?.name ?? ""]?.length ?? 0;
  const rows = times
    .slice(0, reached)
    .map((t, k) => [shown(t), ...model.states.map((s) => shown(course[s.name]?.[k] ?? Number.NaN))]);
  const drawn = Object.entries(values).map(([name, value]) => `${name}=${shown(value)}`);
  context.out.write(`run ${index}: ${drawn.join(", ")}\n\n${alignedTable([head, ...rows])}`);
  if (outcome.failure)
    context.out.write(
      `ended at ${shown(outcome.time)}: ${outcome.failure.reason}, ${outcome.failure.detail}\n`,
    );
  return {
    exitCode: outcome.failure ? EXIT.fail : EXIT.pass,
    result: { model: model.name, values, ...outcome, times, course },
  };
}
