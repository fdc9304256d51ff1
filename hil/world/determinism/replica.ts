/** The process of the second run: asked by check-determinism.ts, answers, and ends. */
import os from "node:os";
import { parentChannel } from "@helix/platform";
import { runInWorld } from "../run/run-in-world.ts";
import { endedRun } from "./ended-run.ts";
import type { ReplicaAnswer, ReplicaRequest } from "./messages.ts";

const channel = parentChannel<ReplicaRequest, ReplicaAnswer>();
channel.onGone(() => process.exit(0));
channel.onMessage((request) => void answer(request));

async function answer({ options, niceness }: ReplicaRequest): Promise<void> {
  os.setPriority(Math.min(os.constants.priority.PRIORITY_LOW, os.getPriority() + niceness));
  channel.send(await outcomeOf(options));
}

async function outcomeOf(options: ReplicaRequest["options"]): Promise<ReplicaAnswer> {
  try {
    try {
      return { type: "run", run: await runInWorld(options) };
    } catch (error) {
      return { type: "ended", ended: endedRun(error) };
    }
  } catch (error) {
    return { type: "failed", error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
