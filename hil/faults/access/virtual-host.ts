/** The runtime's computer in the virtual world. */
import type { Network, Station } from "../../world/index.ts";
import type { Effect, HostAccess, HostedProcess } from "./access.ts";
import { ending } from "./ending.ts";

export function virtualHost(
  network: Network,
  { host, disk }: Pick<Station, "host" | "disk">,
  hosted: HostedProcess,
): HostAccess {
  const { kernel } = network;

  function die(
    how: string,
    strike: () => void,
    lossOf: () => typeof disk.lastLoss,
  ): ReturnType<HostAccess["cutPower"]> {
    const connectionsLost = network.connectionsOf(host);
    // What is dead already is not killed again, and comes back with whatever killed it.
    if (!host.running) {
      const nothing = { ended: 0, connectionsLost: 0, unsyncedBytes: 0, lostBytes: 0, restart: undefined };
      return ending(async () => nothing);
    }
    strike();
    const loss = lossOf();
    hosted.died(how);
    return ending(async () => {
      host.reboot();
      return { ended: 1, connectionsLost, ...loss, restart: await hosted.startAgain() };
    });
  }

  return {
    killProcess: () =>
      // The system lives on and writes what it took, sooner or later.
      die(
        "killed",
        () => host.kill(),
        () => ({ unsyncedBytes: 0, lostBytes: 0 }),
      ),
    cutPower: () =>
      die(
        "without power",
        () => host.crash(),
        () => disk.lastLoss,
      ),
    stepClock(us): Effect<{ beforeUs: number; afterUs: number }> {
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
