/** Tells the other thread how far the world is, sparingly; and hears from it that it shall stop. */
import type { SampleLine } from "@helix/run-record";
import type { Plan } from "../scenario/plan.ts";
import type { RunWatch } from "./run-watch.ts";
import type { FromWorld } from "./virtual-messages.ts";

/** Reports of the time in a whole run, about: fewer where each of them carries many channels. */
const MOST_REPORTS = 500;
const FEWEST_REPORTS = 50;
/** Latest samples in all reports together: each is copied from thread to thread. */
const SAMPLES_TOLD = 5000;

export function createVirtualWatch(
  plan: Pick<Plan, "beginS" | "endS">,
  post: (message: FromWorld) => void,
  stopFlag: SharedArrayBuffer | undefined,
  stop: AbortController,
): RunWatch {
  const flag = stopFlag === undefined ? undefined : new Int32Array(stopFlag);
  const latest = new Map<string, Map<string, SampleLine>>();
  let channels = 0;
  let dueS = plan.beginS;
  return {
    stage: (text) => post({ type: "stage", text }),
    event: (plantTimeS, text) => post({ type: "event", plantTimeS, text }),
    sample: (line) => {
      let known = latest.get(line.instrument);
      if (known === undefined) latest.set(line.instrument, (known = new Map()));
      if (!known.has(line.channel)) channels += 1;
      known.set(line.channel, line);
      time(line.t);
    },
    time,
  };

  function time(plantTimeS: number): void {
    if (flag !== undefined && Atomics.load(flag, 0) === 1) stop.abort(new Error("the run was stopped"));
    if (plantTimeS < dueS) return;
    const reports = Math.min(MOST_REPORTS, Math.max(FEWEST_REPORTS, SAMPLES_TOLD / Math.max(1, channels)));
    dueS = plantTimeS + Math.max(1, (plan.endS - plan.beginS) / reports);
    post({
      type: "time",
      plantTimeS,
      latest: [...latest.values()].flatMap((ofOne) => [...ofOne.values()]),
    });
  }
}
