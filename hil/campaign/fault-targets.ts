/** What a kind of fault can be put on in a given plant, as a scenario writes it after `on:`. */
import type { KnownChannel, KnownParts } from "../scenario/known-parts.ts";
import type { PlannedInstrument } from "../scenario/plan.ts";
import type { DeclaredFault } from "./declared-fault.ts";

export interface Target {
  readonly on: string;
  readonly channel?: KnownChannel;
}

/** Empty where the plant has nothing that this fault could befall. */
export function targetsOf(
  { name, target, protocols, bySimulator, meets }: DeclaredFault,
  instruments: readonly PlannedInstrument[],
  parts: KnownParts,
): Target[] {
  if (target === "host") return [{ on: "runtime" }];
  if (target === "disk") return [{ on: "runtime.disk" }];
  return instruments
    .filter(({ protocol }) => protocols?.includes(protocol) !== false)
    .filter(
      ({ simulator }) => !bySimulator || parts.simulators.get(simulator)?.faults.includes(name) !== false,
    )
    .flatMap(({ key, driver }): Target[] => {
      switch (target) {
        case "link":
        case "plant":
          return [{ on: `${key}.${target}` }];
        case "instrument":
          return [{ on: key }];
        case "channel":
          return (parts.drivers.get(driver)?.channels ?? [])
            .filter(({ isWritable }) => isWritable || meets !== "setpoint")
            .map((channel) => ({ on: `${key}.${channel.name}`, channel }));
        default:
          throw new Error(`a fault on "${target}" has no place in a plant`);
      }
    });
}
