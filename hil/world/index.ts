/**
 * The virtual world: programs, with the real protocol stacks under them, run in virtual time over a
 * network, cables and disks that repeat byte for byte from a seed.
 */
export {
  checkDeterminism,
  DEFAULT_PERTURBATION,
  type DeterminismReport,
  type Difference,
  type Perturbation,
} from "./determinism/check-determinism.ts";
export { type EndedRun, RunEndedError } from "./determinism/ended-run.ts";
export type { DiskSettings, VirtualDisk } from "./disk/virtual-disk.ts";
export type { Host } from "./host.ts";
export type { HostClock } from "./host-clock.ts";
export type { Checkpoint, TraceLine } from "./kernel/trace.ts";
export type { Link, LinkSettings, LinkWatcher } from "./network/link.ts";
export type { Network } from "./network/network.ts";
export type { HostDeath, Leak, Progress, WorldRun } from "./run/messages.ts";
export {
  runInWorld,
  type Watchdog,
  WorldFailedError,
  WorldHungError,
  type WorldRunOptions,
} from "./run/run-in-world.ts";
export type { Cable, CableFaults, CableWatcher } from "./serial/cable.ts";
export type { Station, StationOptions, World, WorldProgram } from "./world.ts";
