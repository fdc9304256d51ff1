/** Threads that run blocks of an ensemble: each compiles the model once and takes blocks until there are none. */
import { Worker } from "node:worker_threads";
import type { BlockResult } from "./block.ts";
import type { EnsemblePlan } from "./plan.ts";
import type { SketchEntries } from "./quantile-sketch.ts";

export type BandEntries = readonly SketchEntries[];

export type ToWorker =
  | { readonly kind: "block"; readonly from: number; readonly to: number }
  | { readonly kind: "bands" };
export type FromWorker =
  | { readonly kind: "block"; readonly result: BlockResult }
  | { readonly kind: "bands"; readonly bands: BandEntries };

export interface WorkerPool extends AsyncDisposable {
  /** All blocks, in any order; the workers' bands when all are done or `isCancelled`. */
  run(
    blocks: readonly number[],
    endOf: (from: number) => number,
    onBlock: (result: BlockResult) => void,
    isCancelled: () => boolean,
  ): Promise<BandEntries[]>;
}

export function startWorkers(plan: EnsemblePlan, count: number): WorkerPool {
  const workers = Array.from(
    { length: count },
    () => new Worker(new URL("./worker.ts", import.meta.url), { workerData: plan }),
  );
  return {
    run: async (blocks, endOf, onBlock, isCancelled) => {
      const pending = [...blocks];
      return Promise.all(
        workers.map(async (worker) => {
          for (let from = pending.shift(); from !== undefined && !isCancelled(); from = pending.shift()) {
            const answer = await ask(worker, { kind: "block", from, to: endOf(from) });
            if (answer.kind === "block") onBlock(answer.result);
          }
          const answer = await ask(worker, { kind: "bands" });
          return answer.kind === "bands" ? answer.bands : [];
        }),
      );
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}

/** One question, one answer. @throws what the worker threw */
function ask(worker: Worker, question: ToWorker): Promise<FromWorker> {
  return new Promise((resolve, reject) => {
    const settle = () => {
      worker.off("message", onMessage);
      worker.off("error", onError);
    };
    const onMessage = (answer: FromWorker) => {
      settle();
      resolve(answer);
    };
    const onError = (error: Error) => {
      settle();
      reject(error);
    };
    worker.once("message", onMessage);
    worker.once("error", onError);
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    worker.postMessage(question);
  });
}
