/** The virtual rig's program, with a gauge that it passes every few virtual seconds. */

import type { World, WorldProgram } from "../world/index.ts";
import { native } from "../world/kernel/native.ts";
import { Gauge } from "./gauge.ts";
import type { VirtualResult, VirtualRunOptions } from "./virtual-messages.ts";
import program from "./virtual-program.ts";

export interface GaugedRunOptions extends VirtualRunOptions {
  readonly gauge: SharedArrayBuffer;
}

/** A few ms of CPU of a plant with one instrument. */
const PASS_EVERY_MS = 10_000;

const run: WorldProgram<GaugedRunOptions, VirtualResult> = (world, options) => {
  void pass(world, new Gauge(options.gauge));
  return program(world, options);
};
export default run;

async function pass(world: World, gauge: Gauge): Promise<void> {
  for (let isMeasured = true; isMeasured; ) {
    await world.sleep(PASS_EVERY_MS);
    const { user, system } = native.threadCpuUsage();
    isMeasured = gauge.pass(world.seconds, (user + system) / 1e6);
  }
}
