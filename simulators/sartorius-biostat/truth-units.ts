import { channelByName } from "./device/channels.ts";
import type { Culture } from "./plant/culture.ts";

/** Units of what {@link Biostat.truth} gives, by name: the culture's, and the vessel's. */
export function truthUnits({ model }: Culture): Record<string, string> {
  const vessel = ["dissolved_oxygen", "ph", "temperature", "agitation", "feed_rate"] as const;
  return {
    ...Object.fromEntries(model.sensors.map(({ name, unit }) => [name, unit])),
    ...Object.fromEntries(vessel.map((name) => [name, channelByName(name).unit])),
    feed_left: "L",
  };
}
