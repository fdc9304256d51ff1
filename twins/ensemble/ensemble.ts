/**
 * Runs ensembles on all cores: live progress, bounded memory, and on cancelling everything that is done is
 * kept and marked as partial. The numbers do not depend on how many workers there are.
 */
import { MessageChannel } from "node:worker_threads";
import { type BlockResult, runBlock } from "./block.ts";
import { Collection, type EnsembleResult } from "./collection.ts";
import type { Gathered } from "./gathered.ts";
import { ordered } from "./in-order.ts";
import { type EnsemblePlan, type PreparedPlan, preparePlan } from "./plan.ts";
import { type Block, shareOut } from "./share-out.ts";
import { workOfTrajectory } from "./work.ts";
import { startWorkers, type WorkerPool } from "./workers.ts";

export type { Band, Difference, EnsembleResult, StrategyResult } from "./collection.ts";
export { QUANTILES } from "./quantiles.ts";

export interface Progress {
  /** Draws that were run, under every strategy. */
  readonly done: number;
  readonly runs: number;
  readonly failed: number;
}

export interface RunOptions {
  readonly progress?: (progress: Progress) => void;
  readonly signal?: AbortSignal;
  /** Takes every block, in the order of its draws; the next ones wait for it. */
  readonly onBlock?: (block: BlockResult) => Promise<void>;
}

export interface EnsembleOptions extends RunOptions, ThreadOptions {
  /** 0 runs everything on the calling thread. */
  readonly workers: number;
}

export interface ThreadOptions {
  /** Work below which no thread is started, see work.ts; 0 starts them always. */
  readonly threadsFrom?: number;
}

/** Threads that keep the compiled model between ensembles. */
export interface EnsembleEngine extends AsyncDisposable {
  /** One at a time. @throws ModelError, RangeError for no runs */
  run(plan: EnsemblePlan, options?: RunOptions): Promise<EnsembleResult>;
}

/** What a thread could have done while it starts: about 0.1 s, in which the calling thread does as much. */
const THREADS_FROM = 1e9;

/** @throws ModelError, RangeError for no runs */
export async function runEnsemble(plan: EnsemblePlan, options: EnsembleOptions): Promise<EnsembleResult> {
  await using engine = startEnsembles(Math.min(options.workers, plan.runs), options);
  return await engine.run(plan, options);
}

/** @param workers 0 runs everything on the calling thread; they start with the first ensemble that is worth it */
export function startEnsembles(
  workers: number,
  { threadsFrom = THREADS_FROM }: ThreadOptions = {},
): EnsembleEngine {
  let pool: WorkerPool | undefined;
  const runner: Runner = (prepared, gathered, report, isCancelled) => {
    const each = workOfTrajectory(prepared);
    const draws = shareOut(prepared.plan, each, workers, isCancelled);
    const runHere = async (): Promise<boolean> => {
      const block = draws.takeHere();
      if (block) await report(runBlock(prepared, block.from, block.to, gathered));
      // Lets workers and signals have their say.
      await nextTurn();
      return block !== undefined;
    };
    if (workers === 0 || each * prepared.work.count < threadsFrom) return runAllHere(runHere);
    pool ??= startWorkers(workers);
    return runOnThreads(pool, prepared, gathered, report, { take: draws.takeForWorker, runHere });
  };
  return {
    run: (plan, options = {}) => runPlan(plan, options, runner),
    [Symbol.asyncDispose]: async () => pool?.[Symbol.asyncDispose](),
  };
}

/** Runs all draws of a plan, block by block, until it is cancelled. */
export type Runner = (
  prepared: PreparedPlan,
  gathered: Gathered,
  report: (block: BlockResult) => Promise<void>,
  isCancelled: () => boolean,
) => Promise<void>;

/** @throws ModelError, RangeError for no runs */
export async function runPlan(
  plan: EnsemblePlan,
  options: RunOptions,
  runner: Runner,
): Promise<EnsembleResult> {
  if (!Number.isInteger(plan.runs) || plan.runs < 1)
    throw new RangeError(`an ensemble has at least 1 run, not ${plan.runs}`);
  const prepared = preparePlan(plan);
  const collected = new Collection(prepared);
  const inOrder = ordered(async (block) => {
    collected.addSums(block);
    await options.onBlock?.(block);
  });
  const report = async (block: BlockResult) => {
    collected.add(block);
    await inOrder.take(block);
    options.progress?.({ done: collected.done, runs: plan.runs, failed: collected.failedCount });
  };
  const isCancelled = () => options.signal?.aborted === true;
  await runner(prepared, collected.gathered, report, isCancelled);
  await inOrder.finish();
  return collected.result();
}

interface BlockSource {
  /** The next block for a worker; undefined when there are no more. */
  readonly take: () => Block | undefined;
  /** Runs the next block on the calling thread; false when there are no more. */
  readonly runHere: () => Promise<boolean>;
}

async function runAllHere(runHere: () => Promise<boolean>): Promise<void> {
  while (await runHere());
}

/**
 * Workers take a while to start: until the first is ready the calling thread works itself, and what is small is
 * done before that. What the workers would then have gathered is nothing, and is not waited for. Workers that have
 * run before are ready at once.
 */
async function runOnThreads(
  pool: WorkerPool,
  { plan }: PreparedPlan,
  gathered: Gathered,
  report: (block: BlockResult) => Promise<void>,
  { take, runHere }: BlockSource,
): Promise<void> {
  const haveStarted = pool.hasRun;
  let isReady = haveStarted;
  let isTaken = false;
  const takeForWorker = () => {
    const block = take();
    isTaken ||= block !== undefined;
    return block;
  };
  const helped = pool.run(plan, takeForWorker, report, () => {
    isReady = true;
  });
  const failed = helped.then(
    () => undefined,
    (error: unknown) => ({ error }),
  );
  while (!isReady && (await runHere()));
  if (!haveStarted && !isTaken) return;
  const problem = await failed;
  if (problem) throw problem.error;
  for (const part of await helped) gathered.merge(part);
}

/** One turn of the event loop. */
function nextTurn(): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.once("message", () => {
      port1.close();
      resolve();
    });
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port, not a window
    port2.postMessage(undefined);
  });
}
