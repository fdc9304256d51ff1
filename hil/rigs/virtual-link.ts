/** A partition in the virtual network, with the figures that a fault proxy would give of it. */
import type { LinkPartition } from "../faults/tcp-fault-proxy.ts";
import type { Host, Network } from "../world/index.ts";

/** Cuts the way between a runtime and an instrument. */
export function partitionLink(network: Network, runtime: Host, instrument: Host): LinkPartition {
  const connectionsCut = network.connectionsBetween(runtime, instrument);
  network.partition(runtime, instrument);
  const toInstrument = network.link(runtime, instrument);
  const toDriver = network.link(instrument, runtime);
  return {
    heal() {
      if (toInstrument.settings.down) network.heal(runtime, instrument);
      return {
        bytesHeldToInstrument: toInstrument.held.bytes,
        bytesHeldToDriver: toDriver.held.bytes,
        connectionsCut,
        connectionAttempts: toInstrument.held.attempts,
      };
    },
  };
}
