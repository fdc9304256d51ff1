/** One thread of an ensemble: see workers.ts. */
import { parentPort, workerData } from "node:worker_threads";
import { emptyBands, runBlock } from "./block.ts";
import { type EnsemblePlan, preparePlan } from "./plan.ts";
import type { FromWorker, ToWorker } from "./workers.ts";

const prepared = preparePlan(workerData as EnsemblePlan);
const bands = emptyBands(prepared);
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
const send = (answer: FromWorker) => parentPort?.postMessage(answer);

parentPort?.on("message", (question: ToWorker) => {
  if (question.kind === "block")
    send({ kind: "block", result: runBlock(prepared, question.from, question.to, bands) });
  else send({ kind: "bands", bands: bands.map((sketch) => sketch.entries()) });
});
