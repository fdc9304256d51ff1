/**
 * Finds what somebody can decide (a feed profile, a concentration) so that a quantity at the end is as large or
 * small as can be, on the average over draws of what is not known, within bounds and limits.
 *
 * All candidates meet the same draws. A candidate that breaks a limit in more than one run of twenty ranks behind
 * every one that does not. The search is repeated from a second start; that both end alike is the sign that
 * neither stopped early. What the profile is worth is then told on draws that the search has not seen.
 */
import type { EnsembleEngine } from "../ensemble/ensemble.ts";
import type { EnsemblePlan, Strategy } from "../ensemble/plan.ts";
import { WHOLE } from "../ensemble/spread.ts";
import type { Target } from "../ensemble/target.ts";
import { cmaEs } from "./cma-es.ts";
import { excess, type Limit } from "./limits.ts";

export interface Decision {
  readonly label: string;
  readonly target: Target;
  readonly low: number;
  readonly high: number;
  /** Where the search begins: what the base strategy does. */
  readonly base: number;
}

export interface Optimisation {
  readonly quantity: string;
  readonly sense: "largest" | "smallest";
  readonly decisions: readonly Decision[];
  readonly limits: readonly Limit[];
}

export interface SearchProgress {
  readonly search: number;
  readonly searches: number;
  readonly generation: number;
  readonly generations: number;
  /** Mean over the draws of the best so far; NaN while none keeps the limits. */
  readonly best: number;
}

export interface Optimum {
  /** In the order of the decisions. */
  readonly values: readonly number[];
  readonly strategy: Strategy;
  /** Mean over the draws of the search: what is told of it is `held out` instead. */
  readonly trained: number;
  /** The best of each search, NaN where it found none that keeps the limits. */
  readonly searches: readonly {
    readonly best: number;
    readonly spread: number;
    readonly generations: number;
  }[];
  readonly trajectories: number;
  readonly complete: boolean;
}

const SEARCHES = 2;
/** Runs that every candidate is judged by. */
const DRAWS = 48;
const FIRST_STEP = 0.25;
/** Steps that small, as a part of the bounds, change nothing that matters. */
const SMALLEST_SPREAD = 2e-3;
/** Runs of a strategy that may break a limit or fail. */
export const TOLERATED = 0.05;

/**
 * @param plan of the ensemble that the search draws from; its runs, measures and strategies are not used
 * @param base settings under every candidate
 * @returns undefined where no candidate keeps the limits
 */
export async function optimise(
  question: Optimisation,
  plan: EnsemblePlan,
  base: Strategy,
  engine: EnsembleEngine,
  options: { readonly signal?: AbortSignal; readonly progress?: (progress: SearchProgress) => void } = {},
): Promise<Optimum | undefined> {
  const { decisions } = question;
  const generations = 40 + 8 * decisions.length;
  const isStopped = () => options.signal?.aborted === true;
  const judge = judgeOf(question, plan, base, engine);
  const state = { best: undefined as Candidate | undefined, trajectories: 0 };
  const searches: Optimum["searches"][number][] = [];
  for (let search = 0; search < SEARCHES && !isStopped(); search++) {
    const es = cmaEs(startOf(decisions, search), FIRST_STEP, plan.seed + search);
    let own: Candidate | undefined;
    let generation = 0;
    while (generation < generations && es.spread() > SMALLEST_SPREAD && !isStopped()) {
      const points = es.ask();
      const candidates = await judge(points);
      es.tell(candidates.map((_, i) => i).sort((a, b) => compare(candidates[a], candidates[b])));
      for (const one of candidates) if (one.beyond === 0 && compare(one, own) < 0) own = one;
      state.trajectories += points.length * DRAWS;
      generation++;
      options.progress?.({
        search,
        searches: SEARCHES,
        generation,
        generations,
        best: own?.mean ?? Number.NaN,
      });
    }
    searches.push({ best: own?.mean ?? Number.NaN, spread: es.spread(), generations: generation });
    if (own && compare(own, state.best) < 0) state.best = own;
  }
  const { best, trajectories } = state;
  if (!best) return undefined;
  return {
    values: valuesOf(best.point, decisions),
    strategy: strategyOf(best.point, decisions, base, "optimised"),
    trained: best.mean,
    searches,
    trajectories,
    complete: !isStopped(),
  };
}

interface Candidate {
  readonly point: Float64Array;
  readonly mean: number;
  /** To be least. */
  readonly cost: number;
  /** 0 where the limits are kept. */
  readonly beyond: number;
}

function compare(a: Candidate | undefined, b: Candidate | undefined): number {
  if (!a || !b) return a ? -1 : b ? 1 : 0;
  return a.beyond - b.beyond || a.cost - b.cost;
}

function judgeOf(
  { quantity, sense, decisions, limits }: Optimisation,
  plan: EnsemblePlan,
  base: Strategy,
  engine: EnsembleEngine,
) {
  const measures = [{ quantity, over: "end" } as const, ...limits.map((limit) => limit.measure)];
  return async (points: readonly Float64Array[]): Promise<Candidate[]> => {
    const strategies = points.map((point, i) => strategyOf(point, decisions, base, `candidate ${i}`));
    const result = await engine.run({
      ...plan,
      runs: DRAWS,
      strategies,
      measures,
      keepMeasures: true,
      keepFinals: false,
      keepBands: false,
      courses: 0,
      outputs: limits.length > 0 ? plan.outputs : [],
    });
    return points.map((point, s) => {
      let [sum, finished, broken, beyond] = [0, 0, 0, 0];
      for (let draw = 0; draw < DRAWS; draw++) {
        const first = (draw * points.length + s) * measures.length;
        const value = result.measures[first] as number;
        if (Number.isNaN(value)) {
          broken++;
          beyond++;
          continue;
        }
        const over = limits.reduce(
          (most, limit, l) => Math.max(most, excess(limit, result.measures[first + 1 + l] as number)),
          0,
        );
        finished++;
        sum += value;
        beyond += over;
        if (over > 0) broken++;
      }
      const mean = sum / finished;
      return {
        point,
        mean,
        cost: sense === "largest" ? -mean : mean,
        beyond: broken > TOLERATED * DRAWS ? beyond / DRAWS : 0,
      };
    });
  };
}

/** The first search begins at the base strategy, the second in the middle of the bounds. */
const startOf = (decisions: readonly Decision[], search: number): Float64Array =>
  Float64Array.from(decisions, ({ base, low, high }) =>
    search === 0 ? Math.min(1, Math.max(0, (base - low) / (high - low))) : 0.5,
  );

const valuesOf = (point: Float64Array, decisions: readonly Decision[]): number[] =>
  decisions.map(({ low, high }, i) => low + (high - low) * (point[i] as number));

/** Decisions at a point of the unit box, on top of the base strategy. */
function strategyOf(
  point: Float64Array,
  decisions: readonly Decision[],
  base: Strategy,
  name: string,
): Strategy {
  const values = valuesOf(point, decisions);
  const settings = decisions.map(({ target, label }, i) => ({
    ...target,
    label,
    relative: false,
    spread: { shape: "fixed", value: values[i] as number } as const,
    cut: WHOLE,
  }));
  return { name, settings: [...base.settings, ...settings] };
}
