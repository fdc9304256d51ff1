/**
 * Process of the Biostat simulator: started by a rig with options in the first argument, driven by
 * its messages (../control.ts), ended by "stop" or when the rig has gone.
 */

import { createSystemPlatform, parentChannel, withDeadline } from "@helix/platform";
import { VESSELS } from "@helix/twins";
import type { RigMessage, RunningSimulator, SimulatorMessage } from "../control.ts";
import { type BiostatSimulatorOptions, parseOptions } from "./options.ts";

const SHUTDOWN_BUDGET_MS = 1500;

const rig = parentChannel<RigMessage, SimulatorMessage>();
const platform = createSystemPlatform();
const { clock } = platform;
rig.onGone(() => process.exit(0));
// Ctrl-C reaches every process of the terminal; the rig ends this one when it has disconnected.
process.on("SIGINT", () => {});

try {
  await run(parseOptions(process.argv[2]));
} catch (error) {
  fail(error);
}

async function run(options: BiostatSimulatorOptions): Promise<void> {
  const { twin } = options;
  if (!VESSELS.has(twin))
    throw new Error(`twin "${twin}" is not known; known are: ${[...VESSELS.keys()].join(", ")}`);
  const password = process.env[options.passwordEnvVar];
  if (!password) {
    throw new Error(
      `environment variable ${options.passwordEnvVar} with the password of "${options.username}" is not set`,
    );
  }
  // The stack takes a quarter of a second to load: only once the options are known to be right.
  const { startSimulator } = await import("./simulator.ts");
  const simulator = await startSimulator({ platform, options, password, tell });
  rig.onMessage((message) => obey(message, simulator));
}

/** What has failed cannot go on: the process ends with its last word. */
function tell(message: SimulatorMessage): void {
  if (message.type === "failed") fail(new Error(message.message));
  else rig.send(message);
}

function obey(message: RigMessage, simulator: RunningSimulator): void {
  try {
    if (message.type === "stop") void stop(simulator);
    else simulator.obey(message);
  } catch (error) {
    fail(error);
  }
}

async function stop(simulator: RunningSimulator): Promise<void> {
  try {
    await withDeadline(clock, "closing the OPC UA server", SHUTDOWN_BUDGET_MS, () => simulator.stop());
    process.exit(0);
  } catch (error) {
    fail(error);
  }
}

function fail(error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`${error instanceof Error ? (error.stack ?? message) : message}\n`);
  rig.send({ type: "failed", message });
  // Lets the message leave; the exit code is what the rig waits for.
  clock.timer(100, () => process.exit(1));
}
