/**
 * The process of a simulator: started by a rig with options in the first argument, driven by its messages
 * (control.ts), ended by "stop" or when the rig has gone.
 */
import { createSystemPlatform, type Platform, parentChannel } from "@helix/platform";
import type { RigMessage, RunningSimulator, SimulatorMessage } from "./control.ts";

export interface SimulatorStart {
  readonly platform: Platform;
  /** As they were given: JSON, or nothing. */
  readonly options: string | undefined;
  readonly tell: (message: SimulatorMessage) => void;
}

/**
 * @param own the process that this is
 * @param start rejects with an error of one clear line when it cannot; the process then ends with code 1
 */
export async function runSimulatorProcess(
  own: Pick<NodeJS.Process, "argv" | "exit" | "on" | "stderr">,
  start: (given: SimulatorStart) => Promise<RunningSimulator>,
): Promise<void> {
  const rig = parentChannel<RigMessage, SimulatorMessage>();
  const platform = createSystemPlatform();
  rig.onGone(() => own.exit(0));
  // Ctrl-C reaches every process of the terminal; the rig ends this one when it has disconnected.
  own.on("SIGINT", () => {});

  function fail(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    own.stderr.write(`${error instanceof Error ? (error.stack ?? message) : message}\n`);
    rig.send({ type: "failed", message });
    // Lets the message leave; the exit code is what the rig waits for.
    platform.clock.timer(100, () => own.exit(1));
  }

  /** What has failed cannot go on: the process ends with its last word. */
  function tell(message: SimulatorMessage): void {
    if (message.type === "failed") fail(new Error(message.message));
    else rig.send(message);
  }

  function obey(message: RigMessage, simulator: RunningSimulator): void {
    try {
      if (message.type === "stop") simulator.stop().then(() => own.exit(0), fail);
      else simulator.obey(message);
    } catch (error) {
      fail(error);
    }
  }

  try {
    const simulator = await start({ platform, options: own.argv[2], tell });
    rig.onMessage((message) => obey(message, simulator));
  } catch (error) {
    fail(error);
  }
}
