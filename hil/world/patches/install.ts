/**
 * Puts the virtual world under third-party stacks: in place, in this thread, before any of them is
 * loaded. Our own code is given its clock, chance, network, lines and disk, and needs none of this.
 */
import module from "node:module";
import type { Random } from "@helix/hal";
import type { Kernel } from "../kernel/kernel.ts";
import type { Network } from "../network/network.ts";
import { patchClocks } from "./clocks.ts";
import { patchEngine } from "./engine.ts";
import { patchFiles } from "./files.ts";
import { patchLocale } from "./locale.ts";
import { patchMachine } from "./machine.ts";
import { patchMemory } from "./memory.ts";
import { patchRandomness } from "./randomness.ts";
import { patchRsaPadding } from "./rsa-padding.ts";
import { patchSecretKeys } from "./secret-keys.ts";
import { patchSockets } from "./sockets.ts";
import { patchThreadPool } from "./thread-pool.ts";
import { patchTimers } from "./timers.ts";

export function installPatches(kernel: Kernel, network: Network, random: Random): void {
  // On a pipe these are made on first use, with net.Socket: make them while it is still the real one.
  void [process.stdout, process.stderr, process.stdin];
  patchTimers(kernel);
  patchLocale(kernel);
  patchClocks(kernel);
  patchRsaPadding(patchRandomness(kernel, random));
  patchSecretKeys();
  patchThreadPool(kernel);
  patchEngine();
  patchFiles(kernel);
  patchMachine(kernel, network);
  patchMemory();
  patchSockets(network);
  // ES modules that imported a builtin by name, now or earlier, see the replacements.
  module.syncBuiltinESMExports();
}
