/** One thread of an ensemble: see workers.ts. */
import { parentPort } from "node:worker_threads";
import { runBlock } from "./block.ts";
import { Gathered } from "./gathered.ts";
import { type PreparedPlan, preparePlan } from "./plan.ts";
import type { FromWorker, ToWorker } from "./workers.ts";

let prepared: PreparedPlan | undefined;
let gathered: Gathered | undefined;

parentPort?.on("message", (question: ToWorker) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  parentPort?.postMessage(answerTo(question));
});

function answerTo(question: ToWorker): FromWorker {
  if (question.kind === "plan") {
    prepared = preparePlan(question.plan);
    gathered = new Gathered(prepared);
    return { kind: "ready" };
  }
  if (!prepared || !gathered) throw new Error("a plan comes first");
  if (question.kind === "block")
    return { kind: "block", result: runBlock(prepared, question.from, question.to, gathered) };
  return { kind: "gathered", entries: gathered.entries() };
}
