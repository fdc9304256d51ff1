import type { TwinModel } from "@helix/twins";
import { channelByName } from "./device/channels.ts";

/** Units of what {@link Biostat.truth} gives, by name: the twin's states, and the vessel's. */
export function truthUnits(twin: TwinModel): Record<string, string> {
  const vessel = ["dissolved_oxygen", "ph", "temperature", "agitation", "feed_rate"] as const;
  return {
    ...Object.fromEntries(twin.states.map(({ name, unit }) => [name, unit])),
    ...Object.fromEntries(vessel.map((name) => [name, channelByName(name).unit])),
    feed_left: "L",
  };
}
