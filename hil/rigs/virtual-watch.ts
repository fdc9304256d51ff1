/** Tells the other thread how far the world is, sparingly; and hears from it that it shall stop. */
import type { SampleLine } from "@helix/run-record";
import type { Plan } from "../scenario/plan.ts";
import type { RunWatch } from "./run-watch.ts";
import type { FromWorld } from "./virtual-messages.ts";

/** Reports of the time in a whole run, about. */
const REPORTS = 500;

export function createVirtualWatch(
  plan: Pick<Plan, "beginS" | "endS">,
  post: (message: FromWorld) => void,
  stopFlag: SharedArrayBuffer | undefined,
  stop: AbortController,
): RunWatch {
  const flag = stopFlag === undefined ? undefined : new Int32Array(stopFlag);
  const everyS = Math.max(1, (plan.endS - plan.beginS) / REPORTS);
  const latest = new Map<string, SampleLine>();
  let dueS = plan.beginS;
  return {
    stage: (text) => post({ type: "stage", text }),
    event: (plantTimeS, text) => post({ type: "event", plantTimeS, text }),
    sample: (line) => {
      latest.set(`${line.instrument}.${line.channel}`, line);
    },
    time(plantTimeS) {
      if (flag !== undefined && Atomics.load(flag, 0) === 1) stop.abort(new Error("the run was stopped"));
      if (plantTimeS < dueS) return;
      dueS = plantTimeS + everyS;
      post({ type: "time", plantTimeS, latest: [...latest.values()] });
    },
  };
}
