/** Process of the simulated Modbus device. Plant time is the rig's. */
import { runSimulatorProcess } from "../simulator-process.ts";
import { parseOptions } from "./options.ts";
import { startSimulator } from "./simulator.ts";

await runSimulatorProcess(process, ({ platform, options, tell }) =>
  startSimulator({ platform, options: parseOptions(options), tell }),
);
