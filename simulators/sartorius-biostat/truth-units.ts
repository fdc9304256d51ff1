import { channelByName } from "./device/channels.ts";
import type { Culture } from "./plant/culture.ts";

const LOOPS = ["dissolved_oxygen", "ph", "temperature", "agitation", "feed_rate"] as const;

/** Units of what the vessel truly holds and does, by name. */
export const VESSEL_UNITS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(LOOPS.map((name) => [name, channelByName(name).unit])),
  feed_left: "L",
};

/** Units of what {@link Biostat.truth} gives, by name: the culture's, and the vessel's. */
export function truthUnits({ model }: Culture): Record<string, string> {
  return { ...Object.fromEntries(model.sensors.map(({ name, unit }) => [name, unit])), ...VESSEL_UNITS };
}
