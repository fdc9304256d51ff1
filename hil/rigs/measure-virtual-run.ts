/** A virtual run for its speed alone: nothing is written, and what is measured is the world's own thread. */
import { createSystemPlatform } from "@helix/platform";
import { knownParts } from "../parts.ts";
import { readScenario } from "../scenario/read-scenario.ts";
import { runInWorld } from "../world/index.ts";
import type { FromWorld, VirtualResult } from "./virtual-messages.ts";
import { worldOptions } from "./virtual-rig.ts";

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

/**
 * @param text a scenario
 * @param onTime told now and then how far the plant is, virtual s, as soon as this thread can take it
 * @throws ProblemsError for what is wrong in it; WorldFailedError, WorldHungError
 */
export async function measureVirtualRun(
  text: string,
  name: string,
  onTime: (virtualSeconds: number) => void = () => {},
): Promise<VirtualRunSpeed> {
  const plan = readScenario(text, `${name}.yaml`, await knownParts());
  const platform = createSystemPlatform();
  const options = await worldOptions({ plan, platform, helixVersion: "0.0.0", replay: "" });
  const points: { virtualSeconds: number; cpuSeconds: number }[] = [];
  const run = await runInWorld<VirtualResult>({
    ...options,
    onProgress({ message, virtualSeconds, cpuSeconds }) {
      if ((message as FromWorld).type !== "time") return;
      points.push({ virtualSeconds, cpuSeconds });
      onTime(virtualSeconds);
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
