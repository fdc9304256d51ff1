/** The process of the second run: asked by check-determinism.ts, answers, and ends. */
import os from "node:os";
import { parentChannel } from "@helix/platform";
import { runInWorld } from "../run/run-in-world.ts";
import type { ReplicaAnswer, ReplicaRequest } from "./messages.ts";

const channel = parentChannel<ReplicaRequest, ReplicaAnswer>();
channel.onGone(() => process.exit(0));
channel.onMessage((request) => void answer(request));

async function answer({ options, niceness }: ReplicaRequest): Promise<void> {
  os.setPriority(Math.min(os.constants.priority.PRIORITY_LOW, os.getPriority() + niceness));
  try {
    channel.send({ type: "run", run: await runInWorld(options) });
  } catch (error) {
    channel.send({
      type: "failed",
      error: error instanceof Error ? (error.stack ?? error.message) : String(error),
    });
  }
}
