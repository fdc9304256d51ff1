/** A virtual run for its speed alone: nothing is written, and what is measured is the world's own thread. */
import { createSystemPlatform } from "@helix/platform";
import { knownParts } from "../parts.ts";
import { readScenario } from "../scenario/read-scenario.ts";
import { runInWorld, type WorldRunOptions } from "../world/index.ts";
import type { Gauge } from "./gauge.ts";
import type { GaugedRunOptions } from "./gauged-program.ts";
import type { FromWorld, VirtualResult, VirtualRunOptions } from "./virtual-messages.ts";
import { worldOptions } from "./virtual-rig.ts";

export { Gauge } from "./gauge.ts";

export interface VirtualRunSpeed {
  readonly verdict: string;
  readonly frames: number;
  /** s of CPU from the building of the plant to the judging; modules are loaded before. */
  readonly cpuSeconds: number;
  readonly loadCpuSeconds: number;
  /** Virtual seconds per CPU second while the plant runs. */
  readonly rate: number;
  readonly events: number;
  readonly traceHash: string;
}

const GAUGED = new URL("./gauged-program.ts", import.meta.url).href;

/**
 * @param text a scenario
 * @param gauge told every 10 virtual s how far the world is, virtual s since its beginning; the world stands
 * while it is closed
 * @throws ProblemsError for what is wrong in it; WorldFailedError, WorldHungError
 */
export async function measureVirtualRun(text: string, name: string, gauge?: Gauge): Promise<VirtualRunSpeed> {
  const plan = readScenario(text, `${name}.yaml`, await knownParts());
  const platform = createSystemPlatform();
  const options = await worldOptions({ plan, platform, helixVersion: "0.0.0", replay: "" });
  const points: { virtualSeconds: number; cpuSeconds: number }[] = [];
  const run = await runInWorld<VirtualResult>({
    ...(gauge === undefined ? options : gauged(options, gauge)),
    onProgress({ message, virtualSeconds, cpuSeconds }) {
      if ((message as FromWorld).type === "time") points.push({ virtualSeconds, cpuSeconds });
    },
  });
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last || first === last) throw new RangeError(`${name} is too short to be measured`);
  const { cpuSeconds, loadCpuSeconds, events, traceHash, result } = run;
  return {
    verdict: result.outcome.verdict,
    frames: result.outcome.frames,
    cpuSeconds,
    loadCpuSeconds,
    rate: (last.virtualSeconds - first.virtualSeconds) / (last.cpuSeconds - first.cpuSeconds),
    events,
    traceHash,
  };
}

function gauged(options: WorldRunOptions, { memory }: Gauge): WorldRunOptions {
  const given = options.options as VirtualRunOptions;
  return { ...options, module: GAUGED, options: { ...given, gauge: memory } satisfies GaugedRunOptions };
}
