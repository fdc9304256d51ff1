/** Puts the blocks of an ensemble together. The result does not depend on the order in which they come. */
import type { BlockResult, FailedRun, RunCourse } from "./block.ts";
import { Gathered } from "./gathered.ts";
import type { Measure } from "./measures.ts";
import { type EnsemblePlan, type PreparedPlan, strategiesOf } from "./plan.ts";
import { QUANTILES } from "./quantiles.ts";

export interface Band {
  readonly time: number;
  /** 5 %, 25 %, 50 %, 75 %, 95 % */
  readonly quantiles: readonly number[];
}

export interface StrategyResult {
  readonly name: string;
  readonly finished: number;
  readonly failedCount: number;
  /** The first thousand by index, in order. */
  readonly failed: readonly FailedRun[];
  /** By state. */
  readonly bands: Readonly<Record<string, readonly Band[]>>;
  /** Quantiles of each measure: 5 %, 25 %, 50 %, 75 %, 95 % */
  readonly ends: readonly (readonly number[])[];
  /** As many as the plan asks for, evenly thinned, in order. */
  readonly courses: readonly RunCourse[];
}

/** A strategy against the first, pair by pair of runs with the same draw. */
export interface Difference {
  readonly strategy: string;
  readonly measure: string;
  readonly over: Measure["over"];
  /** Pairs of which both runs came to their end. */
  readonly pairs: number;
  /** Pairs in which this strategy gives more than the first, and less; the rest are equal. */
  readonly more: number;
  readonly less: number;
  /** Of what it gives more; the deviation is that of a single pair. */
  readonly mean: number;
  readonly deviation: number;
  /** Of what it gives more: 5 %, 25 %, 50 %, 75 %, 95 % */
  readonly quantiles: readonly number[];
}

/** The first strategy's result, with the others beside it. */
export interface EnsembleResult extends StrategyResult {
  readonly runs: number;
  /** Draws that were run. */
  readonly done: number;
  /** False when it was cancelled: what follows covers `done` draws. */
  readonly complete: boolean;
  readonly others: readonly StrategyResult[];
  readonly differences: readonly Difference[];
  /**
   * Last state of draw i under strategy s starts at (i * strategies + s) * states; NaN where it failed or did not
   * run. Empty unless the plan keeps them.
   */
  readonly finals: Float64Array;
  /** Likewise, the measures. */
  readonly measures: Float64Array;
}

const MOST_FAILED = 1000;

export class Collection {
  done = 0;
  failedCount = 0;
  readonly gathered: Gathered;
  readonly #prepared: PreparedPlan;
  readonly #finals: Float64Array;
  readonly #measures: Float64Array;
  readonly #failedCounts: number[];
  /** Sums of differences and of their squares, as the gathered differences lie. */
  readonly #sums: { sum: number; squares: number }[];
  #failed: FailedRun[] = [];
  #courses: RunCourse[] = [];

  constructor(prepared: PreparedPlan) {
    const { plan, model } = prepared;
    this.#prepared = prepared;
    this.gathered = new Gathered(prepared);
    const strategies = strategiesOf(plan).length;
    const room = (isKept: boolean | undefined, width: number) =>
      new Float64Array(isKept ? plan.runs * strategies * width : 0).fill(Number.NaN);
    this.#finals = room(plan.keepFinals, model.states.length);
    this.#measures = room(plan.keepMeasures, plan.measures?.length ?? 0);
    this.#failedCounts = Array.from({ length: strategies }, () => 0);
    const differences = (strategies - 1) * (plan.measures?.length ?? 0);
    this.#sums = Array.from({ length: differences }, () => ({ sum: 0, squares: 0 }));
  }

  add(block: BlockResult): void {
    const { plan, model } = this.#prepared;
    const first = block.from * this.#failedCounts.length;
    if (plan.keepFinals) this.#finals.set(block.finals, first * model.states.length);
    if (plan.keepMeasures) this.#measures.set(block.measures, first * (plan.measures?.length ?? 0));
    this.done += block.to - block.from;
    this.failedCount += block.failed.length;
    for (const { strategy } of block.failed)
      this.#failedCounts[strategy] = (this.#failedCounts[strategy] ?? 0) + 1;
    this.#failed.push(...block.failed);
    if (this.#failed.length > 2 * MOST_FAILED * this.#failedCounts.length)
      this.#failed = this.#failedCounts.flatMap((_, s) => this.#firstFailed(s));
    this.#courses.push(...block.courses);
  }

  /** Sums depend on the order: blocks come here in the order of their draws. */
  addSums({ from, to, measures }: BlockResult): void {
    const width = this.#prepared.plan.measures?.length ?? 0;
    const perDraw = width * this.#failedCounts.length;
    for (let draw = 0; draw < to - from; draw++)
      for (let i = width; i < perDraw; i++) {
        const difference =
          (measures[draw * perDraw + i] as number) - (measures[draw * perDraw + (i % width)] as number);
        const sums = this.#sums[i - width];
        if (Number.isNaN(difference) || !sums) continue;
        sums.sum += difference;
        sums.squares += difference * difference;
      }
  }

  result(): EnsembleResult {
    const { plan } = this.#prepared;
    const [first, ...others] = strategiesOf(plan).map((strategy, s) =>
      this.#strategyResult(strategy.name, s),
    );
    return {
      ...(first as StrategyResult),
      runs: plan.runs,
      done: this.done,
      complete: this.done === plan.runs,
      others,
      differences: this.#differences(plan),
      finals: this.#finals,
      measures: this.#measures,
    };
  }

  #firstFailed(strategy: number): FailedRun[] {
    const own = this.#failed.filter((run) => run.strategy === strategy);
    return own.sort((a, b) => a.index - b.index).slice(0, MOST_FAILED);
  }

  #strategyResult(name: string, strategy: number): StrategyResult {
    const { plan, model } = this.#prepared;
    const bands = model.states.map((state, s) => [
      state.name,
      (plan.keepBands === false ? [] : plan.outputs).map((time, k) => ({
        time,
        quantiles: this.gathered.band(strategy, k * model.states.length + s).quantiles(QUANTILES),
      })),
    ]);
    const failedCount = this.#failedCounts[strategy] ?? 0;
    return {
      name,
      finished: this.done - failedCount,
      failedCount,
      failed: this.#firstFailed(strategy),
      bands: Object.fromEntries(bands) as StrategyResult["bands"],
      ends: (plan.measures ?? []).map((_, m) => this.gathered.measure(strategy, m).quantiles(QUANTILES)),
      courses: this.#courses
        .filter((course) => course.strategy === strategy)
        .sort((a, b) => a.index - b.index),
    };
  }

  #differences(plan: EnsemblePlan): Difference[] {
    return strategiesOf(plan)
      .slice(1)
      .flatMap((strategy, s) =>
        (plan.measures ?? []).map((measure, m) => {
          const sketch = this.gathered.difference(s + 1, m);
          const { above, below } = sketch.signs();
          return {
            strategy: strategy.name,
            measure: measure.quantity,
            over: measure.over,
            pairs: sketch.total,
            more: above,
            less: below,
            ...momentsOf(this.#sums[s * (plan.measures ?? []).length + m], sketch.total),
            quantiles: sketch.quantiles(QUANTILES),
          };
        }),
      );
  }
}

function momentsOf(sums: { sum: number; squares: number } | undefined, count: number) {
  const mean = (sums?.sum ?? Number.NaN) / count;
  const variance = ((sums?.squares ?? Number.NaN) - count * mean * mean) / (count - 1);
  return { mean, deviation: Math.sqrt(Math.max(0, variance)) };
}
