/** The runtime's computer in the virtual world. */
import type { Host, Network } from "../../world/index.ts";
import type { HostAccess } from "./access.ts";
import { ending } from "./ending.ts";

/** @param startAgain starts the host's programs; called when it is up again after a kill or a power cut */
export function virtualHost(network: Network, host: Host, startAgain: () => void): HostAccess {
  const { kernel } = network;

  function die(how: () => void) {
    const connectionsLost = network.connectionsOf(host);
    const ended = host.running ? 1 : 0;
    how();
    return ending(() => {
      // Whatever else has revived it meanwhile has also started it.
      if (!host.running) {
        host.reboot();
        startAgain();
      }
      return { ended, connectionsLost };
    });
  }

  return {
    killProcess: () => die(() => host.kill()),
    cutPower: () => die(() => host.crash()),
    stepClock(us) {
      const beforeUs = host.clock.wallUs(kernel.nowUs);
      host.clock.step(us);
      const afterUs = host.clock.wallUs(kernel.nowUs);
      kernel.noteText("clock", `${us}`, host);
      return ending(() => {
        host.clock.step(-us);
        return { beforeUs, afterUs };
      });
    },
  };
}
