/**
 * Runs an ensemble on all cores: live progress, bounded memory, and on cancelling everything that is done is
 * kept and marked as partial. The numbers do not depend on how many workers there are.
 */
import { type Bands, type BlockResult, emptyBands, type FailedRun, runBlock } from "./block.ts";
import { type EnsemblePlan, type PreparedPlan, preparePlan } from "./plan.ts";
import type { SketchEntries } from "./quantile-sketch.ts";
import { startWorkers } from "./workers.ts";

export interface Progress {
  readonly done: number;
  readonly runs: number;
  readonly failed: number;
}

export interface EnsembleOptions {
  /** 0 runs everything on the calling thread. */
  readonly workers: number;
  readonly progress?: (progress: Progress) => void;
  readonly signal?: AbortSignal;
}

export interface Band {
  readonly time: number;
  /** 5 %, 25 %, 50 %, 75 %, 95 % */
  readonly quantiles: readonly number[];
}

export interface EnsembleResult {
  readonly runs: number;
  readonly finished: number;
  /** False when it was cancelled: what follows covers `finished` runs. */
  readonly complete: boolean;
  readonly failedCount: number;
  /** The first thousand by index, in order. */
  readonly failed: readonly FailedRun[];
  /** By state. */
  readonly bands: Readonly<Record<string, readonly Band[]>>;
  /** Last state of run i starts at i * states; NaN where it failed or did not run. Empty unless the plan keeps them. */
  readonly finals: Float64Array;
}

export const QUANTILES = [0.05, 0.25, 0.5, 0.75, 0.95] as const;

/** Runs in one message to a worker: long against the message, short against a person's patience. */
const BLOCK = 250;

/** @throws ModelError, RangeError for no runs */
export async function runEnsemble(plan: EnsemblePlan, options: EnsembleOptions): Promise<EnsembleResult> {
  if (!Number.isInteger(plan.runs) || plan.runs < 1)
    throw new RangeError(`an ensemble has at least 1 run, not ${plan.runs}`);
  const prepared = preparePlan(plan);
  const collected = new Collection(prepared);
  const blocks = Array.from({ length: Math.ceil(plan.runs / BLOCK) }, (_, i) => i * BLOCK);
  const isCancelled = () => options.signal?.aborted === true;
  const report = (block: BlockResult) => {
    collected.add(block);
    options.progress?.({ done: collected.done, runs: plan.runs, failed: collected.failedCount });
  };
  const workers = Math.min(options.workers, blocks.length);
  if (workers === 0) {
    for (const from of blocks) {
      if (isCancelled()) break;
      report(runBlock(prepared, from, Math.min(from + BLOCK, plan.runs), collected.bands));
      await Promise.resolve();
    }
  } else {
    await using pool = startWorkers(plan, workers);
    const bands = await pool.run(blocks, (from) => Math.min(from + BLOCK, plan.runs), report, isCancelled);
    for (const part of bands) collected.mergeBands(part);
  }
  return collected.result();
}

const MOST_FAILED = 1000;

const firstFailed = (failed: readonly FailedRun[]): FailedRun[] =>
  [...failed].sort((a, b) => a.index - b.index).slice(0, MOST_FAILED);

class Collection {
  done = 0;
  failedCount = 0;
  #failed: FailedRun[] = [];
  readonly bands: Bands;
  readonly #prepared: PreparedPlan;
  readonly #finals: Float64Array;

  constructor(prepared: PreparedPlan) {
    this.#prepared = prepared;
    this.bands = emptyBands(prepared);
    this.#finals = new Float64Array(
      prepared.plan.keepFinals ? prepared.plan.runs * prepared.model.states.length : 0,
    ).fill(Number.NaN);
  }

  add(block: BlockResult): void {
    if (this.#prepared.plan.keepFinals)
      this.#finals.set(block.finals, block.from * this.#prepared.model.states.length);
    this.failedCount += block.failed.length;
    this.done += block.finished + block.failed.length;
    this.#failed.push(...block.failed);
    if (this.#failed.length > 2 * MOST_FAILED) this.#failed = firstFailed(this.#failed);
  }

  mergeBands(part: readonly SketchEntries[]): void {
    part.forEach((entries, i) => this.bands[i]?.merge(entries));
  }

  result(): EnsembleResult {
    const { plan, model } = this.#prepared;
    const states = model.states.length;
    const bands = model.states.map((state, s) => [
      state.name,
      plan.outputs.map((time, k) => ({
        time,
        quantiles: this.bands[k * states + s]?.quantiles(QUANTILES) ?? [],
      })),
    ]);
    return {
      runs: plan.runs,
      finished: this.done - this.failedCount,
      complete: this.done === plan.runs,
      failedCount: this.failedCount,
      failed: firstFailed(this.#failed),
      bands: Object.fromEntries(bands) as EnsembleResult["bands"],
      finals: this.#finals,
    };
  }
}
