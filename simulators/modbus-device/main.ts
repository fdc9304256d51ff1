/**
 * Process of the simulated Modbus device: started by a rig with options in the first argument, driven by
 * its messages (../control.ts), ended by "stop" or when the rig has gone. Plant time is the rig's.
 */
import { createSystemPlatform, parentChannel } from "@helix/platform";
import type { RigMessage, RunningSimulator, SimulatorMessage } from "../control.ts";
import { parseOptions } from "./options.ts";
import { startSimulator } from "./simulator.ts";

const rig = parentChannel<RigMessage, SimulatorMessage>();
const platform = createSystemPlatform();
rig.onGone(() => process.exit(0));
// Ctrl-C reaches every process of the terminal; the rig ends this one when it has disconnected.
process.on("SIGINT", () => {});

try {
  const simulator = await startSimulator({ platform, options: parseOptions(process.argv[2]), tell });
  rig.onMessage((message) => obey(message, simulator));
} catch (error) {
  fail(error);
}

/** What has failed cannot go on: the process ends with its last word. */
function tell(message: SimulatorMessage): void {
  if (message.type === "failed") fail(new Error(message.message));
  else rig.send(message);
}

function obey(message: RigMessage, simulator: RunningSimulator): void {
  try {
    if (message.type === "stop") {
      simulator.stop().then(() => process.exit(0), fail);
    } else simulator.obey(message);
  } catch (error) {
    fail(error);
  }
}

function fail(error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`${error instanceof Error ? (error.stack ?? message) : message}\n`);
  rig.send({ type: "failed", message });
  // Lets the message leave; the exit code is what the rig waits for.
  platform.clock.timer(100, () => process.exit(1));
}
