/** The scripted exchanges on virtual sockets. */
import type { WorldProgram } from "../world.ts";
import { runScripts } from "./socket-scripts.ts";

const run: WorldProgram<readonly string[] | undefined, Record<string, string[]>> = (world, names) =>
  world.addStation("plant").host.start(() => runScripts(names));
export default run;
