/** Threads that run blocks of ensembles: each compiles the model once and takes blocks until there are none. */
import { Worker } from "node:worker_threads";
import type { BlockResult } from "./block.ts";
import type { GatheredEntries } from "./gathered.ts";
import type { EnsemblePlan } from "./plan.ts";
import type { Block } from "./share-out.ts";

export type ToWorker =
  | { readonly kind: "plan"; readonly plan: EnsemblePlan }
  | { readonly kind: "block"; readonly from: number; readonly to: number }
  | { readonly kind: "gathered" };
export type FromWorker =
  | { readonly kind: "ready" }
  | { readonly kind: "block"; readonly result: BlockResult }
  | { readonly kind: "gathered"; readonly entries: GatheredEntries };

export interface WorkerPool extends AsyncDisposable {
  /** A worker has had a plan: they have started. */
  readonly hasRun: boolean;
  /**
   * Blocks from `take` until it gives none, and then what the workers gathered. `onReady` is called when the first
   * worker has the plan.
   */
  run(
    plan: EnsemblePlan,
    take: () => Block | undefined,
    onBlock: (result: BlockResult) => Promise<void>,
    onReady: () => void,
  ): Promise<GatheredEntries[]>;
}

/** Blocks that a worker has at once: it goes on with the next while the answer to the last travels. */
const AT_ONCE = 2;

export function startWorkers(count: number): WorkerPool {
  const workers = Array.from({ length: count }, startWorker);
  let hasRun = false;
  return {
    get hasRun() {
      return hasRun;
    },
    run: (plan, take, onBlock, onReady) =>
      Promise.all(
        workers.map(async (worker) => {
          await worker.ask({ kind: "plan", plan });
          hasRun = true;
          onReady();
          const runBlocks = async () => {
            for (let block = take(); block; block = take()) {
              const answer = await worker.ask({ kind: "block", ...block });
              if (answer.kind === "block") await onBlock(answer.result);
            }
          };
          await Promise.all(Array.from({ length: AT_ONCE }, runBlocks));
          const answer = await worker.ask({ kind: "gathered" });
          return answer.kind === "gathered" ? answer.entries : [];
        }),
      ),
    [Symbol.asyncDispose]: async () => {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}

interface Asked {
  readonly resolve: (answer: FromWorker) => void;
  readonly reject: (error: Error) => void;
}

/** Answers come in the order of the questions. What the worker throws ends it: it is thrown to all who wait. */
function startWorker() {
  const worker = new Worker(new URL("./worker.ts", import.meta.url));
  const waiting: Asked[] = [];
  let failure: Error | undefined;
  worker.on("message", (answer: FromWorker) => waiting.shift()?.resolve(answer));
  worker.on("error", (error: Error) => {
    failure = error;
    for (const { reject } of waiting.splice(0)) reject(error);
  });
  return {
    terminate: () => worker.terminate(),
    ask: (question: ToWorker): Promise<FromWorker> => {
      if (failure) return Promise.reject(failure);
      return new Promise((resolve, reject) => {
        waiting.push({ resolve, reject });
        // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
        worker.postMessage(question);
      });
    },
  };
}
