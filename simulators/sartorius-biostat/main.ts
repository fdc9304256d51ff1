/** Process of the Biostat simulator. */
import { withDeadline } from "@helix/platform";
import { VESSELS } from "@helix/twins";
import type { RunningSimulator } from "../control.ts";
import { runSimulatorProcess, type SimulatorStart } from "../simulator-process.ts";
import { parseOptions } from "./options.ts";

const SHUTDOWN_BUDGET_MS = 1500;

await runSimulatorProcess(process, start);

async function start({ platform, options: given, tell }: SimulatorStart): Promise<RunningSimulator> {
  const options = parseOptions(given);
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
  return {
    obey: (message) => simulator.obey(message),
    stop: () =>
      withDeadline(platform.clock, "closing the OPC UA server", SHUTDOWN_BUDGET_MS, () => simulator.stop()),
  };
}
