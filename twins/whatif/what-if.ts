/**
 * The answer to a what-if: bands of every state, strategies side by side under the same draws, what matters most,
 * and the best that can be decided. The CLI, the runtime and notebooks use this same call.
 */
import type { BlockResult } from "../ensemble/block.ts";
import type { EnsembleEngine, EnsembleResult, Progress } from "../ensemble/ensemble.ts";
import { type Measurable, measurables } from "../ensemble/measures.ts";
import type { EnsemblePlan, Strategy } from "../ensemble/plan.ts";
import type { TwinModel } from "../language/model.ts";
import { excess } from "./limits.ts";
import { measuredStates } from "./measured-states.ts";
import { type Optimisation, type Optimum, optimise, type SearchProgress } from "./optimise.ts";
import { type Proportion, proportion } from "./proportion.ts";
import { type Ranking, rankingOf } from "./ranking.ts";

export interface WhatIfQuestion {
  readonly model: TwinModel;
  /** Its measures and strategies are set here. */
  readonly plan: EnsemblePlan;
  readonly base: Strategy;
  readonly against: readonly Strategy[];
  /** What the answer leads with: a state, sensor or algebraic quantity. */
  readonly target: string;
  /** Rows of the design behind the Sobol indices; 0 leaves them out. */
  readonly rankingRows: number;
  readonly optimisation: Optimisation | undefined;
}

export interface WhatIfOptions {
  readonly signal?: AbortSignal;
  readonly progress?: (step: Step, progress: Progress | SearchProgress) => void;
  readonly onBlock?: (block: BlockResult, strategies: readonly Strategy[]) => Promise<void>;
  /** The ensemble is there, the ranking still to come. */
  readonly onResult?: (answer: WhatIfAnswer) => void;
}

export type Step = "search" | "ensemble" | "ranking";

/** What a strategy is worth against the first, for one quantity at the end. */
export interface Comparison {
  readonly strategy: string;
  readonly quantity: string;
  readonly unit: string;
  readonly pairs: number;
  /** Undefined without a pair. */
  readonly probabilityMore: Proportion | undefined;
  readonly probabilityLess: Proportion | undefined;
  /** Mean of what it gives more, with the 95 % interval of that mean. */
  readonly mean: { readonly value: number; readonly low: number; readonly high: number };
  /** Of what it gives more: 5 %, 25 %, 50 %, 75 %, 95 % */
  readonly quantiles: readonly number[];
}

export interface FoundOptimum extends Optimum {
  /** Runs on draws that the search has not seen which keep every limit; undefined without limits. */
  readonly kept: Proportion | undefined;
}

export interface WhatIfAnswer {
  readonly strategies: readonly Strategy[];
  readonly quantities: readonly Measurable[];
  readonly result: EnsembleResult;
  readonly comparisons: readonly Comparison[];
  readonly ranking: Ranking | undefined;
  /** Undefined where nothing was to be found, or nothing keeps the limits. */
  readonly optimum: FoundOptimum | undefined;
  /** Everything that was asked for was run. */
  readonly complete: boolean;
}

/** The search draws from its own seed: what is told of its result rests on draws that it has not seen. */
export const searchSeed = (seed: number): number => (seed + 0x1_9e37_79b9_7f4a) % 2 ** 53;

/** @throws ModelError, RangeError for no runs, and what `onBlock` throws */
export async function answerWhatIf(
  question: WhatIfQuestion,
  engine: EnsembleEngine,
  options: WhatIfOptions = {},
): Promise<WhatIfAnswer> {
  const { model, base, optimisation } = question;
  const isStopped = () => options.signal?.aborted === true;
  const signal = options.signal ? { signal: options.signal } : {};
  const found = optimisation && (await search(question, engine, options));
  const strategies = [base, ...question.against, ...(found ? [found.strategy] : [])];
  const quantities = endQuantities(model, question.target);
  const ends = quantities.map(({ name }) => ({ quantity: name, over: "end" }) as const);
  const limits = found ? (optimisation?.limits ?? []) : [];
  const plan: EnsemblePlan = {
    ...question.plan,
    strategies,
    measures: [...ends, ...limits.map((limit) => limit.measure)],
  };
  const kept = keptCounter(limits, ends.length, strategies.length);
  options.progress?.("ensemble", { done: 0, runs: plan.runs, failed: 0 });
  const result = await engine.run(plan, {
    ...signal,
    progress: (progress) => options.progress?.("ensemble", progress),
    onBlock: async (block) => {
      kept.add(block);
      await options.onBlock?.(block, strategies);
    },
  });
  const first: WhatIfAnswer = {
    strategies,
    quantities,
    result,
    comparisons: comparisonsOf(result, quantities),
    ranking: undefined,
    optimum: found && { ...found, kept: kept.share() },
    complete: result.complete && found?.complete !== false,
  };
  options.onResult?.(first);
  if (question.rankingRows === 0 || isStopped()) return first;
  const ranking = await rankingOf(
    { ...question.plan, strategies: [base], measures: ends },
    question.rankingRows,
    quantities,
    engine,
    { ...signal, progress: (progress) => options.progress?.("ranking", progress) },
  );
  return { ...first, ranking, complete: first.complete && ranking.complete };
}

/** States, sensors that show more than one state in another unit, and the target: what is told of a run's end. */
export function endQuantities(model: TwinModel, target: string): Measurable[] {
  const repeated = new Set(measuredStates(model).map(({ sensor }) => sensor.name));
  const told = new Set([...model.states, ...model.sensors].map(({ name }) => name));
  return measurables(model).filter(({ name }) => name === target || (told.has(name) && !repeated.has(name)));
}

function search(
  { plan, base, optimisation }: WhatIfQuestion,
  engine: EnsembleEngine,
  { signal, progress }: WhatIfOptions,
): Promise<Optimum | undefined> {
  if (!optimisation) return Promise.resolve(undefined);
  return optimise(optimisation, { ...plan, seed: searchSeed(plan.seed) }, base, engine, {
    ...(signal ? { signal } : {}),
    progress: (step) => progress?.("search", step),
  });
}

/** The optimised strategy is the last one; its limits are the last measures. */
function keptCounter(
  limits: NonNullable<WhatIfQuestion["optimisation"]>["limits"],
  firstLimit: number,
  strategies: number,
) {
  let [keeping, runs] = [0, 0];
  return {
    add: ({ from, to, measures }: BlockResult) => {
      const width = firstLimit + limits.length;
      for (let draw = 0; limits.length > 0 && draw < to - from; draw++) {
        const at = (draw * strategies + strategies - 1) * width + firstLimit;
        runs++;
        if (limits.every((limit, l) => excess(limit, measures[at + l] ?? Number.NaN) === 0)) keeping++;
      }
    },
    share: () => (runs > 0 ? proportion(keeping, runs) : undefined),
  };
}

function comparisonsOf({ differences }: EnsembleResult, quantities: readonly Measurable[]): Comparison[] {
  const atEnd = differences.filter(({ over }) => over === "end");
  return atEnd.flatMap(({ strategy, measure, pairs, more, less, mean, deviation, quantiles }) => {
    const quantity = quantities.find(({ name }) => name === measure);
    if (!quantity) return [];
    const half = (1.96 * deviation) / Math.sqrt(pairs);
    return {
      strategy,
      quantity: measure,
      unit: quantity.unit,
      pairs,
      probabilityMore: pairs > 0 ? proportion(more, pairs) : undefined,
      probabilityLess: pairs > 0 ? proportion(less, pairs) : undefined,
      mean: { value: mean, low: mean - half, high: mean + half },
      quantiles,
    };
  });
}
