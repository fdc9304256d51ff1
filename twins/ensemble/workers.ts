/** Threads that run blocks of ensembles: each compiles the model once and takes blocks until there are none. */
import { Worker } from "node:worker_threads";
import type { BlockResult } from "./block.ts";
import type { GatheredEntries } from "./gathered.ts";
import type { EnsemblePlan } from "./plan.ts";

export type ToWorker =
  | { readonly kind: "plan"; readonly plan: EnsemblePlan }
  | { readonly kind: "block"; readonly from: number; readonly to: number }
  | { readonly kind: "gathered" };
export type FromWorker =
  | { readonly kind: "ready" }
  | { readonly kind: "block"; readonly result: BlockResult }
  | { readonly kind: "gathered"; readonly entries: GatheredEntries };

export interface WorkerPool extends AsyncDisposable {
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

export interface Block {
  readonly from: number;
  readonly to: number;
}

export function startWorkers(count: number): WorkerPool {
  const workers = Array.from({ length: count }, () => {
    const worker = new Worker(new URL("./worker.ts", import.meta.url));
    let last: Promise<unknown> = Promise.resolve();
    return {
      terminate: () => worker.terminate(),
      /** One question at a time: the next one waits for the answer. */
      ask: (question: ToWorker): Promise<FromWorker> => {
        const answer = last.then(() => ask(worker, question));
        last = answer.catch(() => undefined);
        return answer;
      },
    };
  });
  return {
    run: (plan, take, onBlock, onReady) =>
      Promise.all(
        workers.map(async (worker) => {
          await worker.ask({ kind: "plan", plan });
          onReady();
          for (let block = take(); block; block = take()) {
            const answer = await worker.ask({ kind: "block", ...block });
            if (answer.kind === "block") await onBlock(answer.result);
          }
          const answer = await worker.ask({ kind: "gathered" });
          return answer.kind === "gathered" ? answer.entries : [];
        }),
      ),
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
