/** Faults of a sensor's signal: what the unit reads is not what the sensor should give. */

import { Touches } from "../../../touches.ts";
import { type ChannelName, channelByName } from "../channels.ts";
import type { Disturbance, FaultSite, SignalContext } from "./disturbance.ts";

const SECONDS_PER_HOUR = 3600;
/** Where a pH electrode gives no voltage, whatever its slope. */
const ZERO_POINT: Partial<Record<ChannelName, number>> = { ph: 7 };

function signalFault(
  channel: string,
  distort: (value: number, at: SignalContext) => number,
  more: Omit<Disturbance, "touched" | "signal"> = {},
): Disturbance {
  const { unit } = channelByName(channel);
  const touched = new Touches({ channel, subject: `readings of ${channel}`, unit });
  return { touched, signal: { channel, distort }, ...more };
}

export function drift({ channel, ratePerHour }: { channel: string; ratePerHour: number }, site: FaultSite) {
  const beginS = site.plantTimeS;
  return signalFault(
    channel,
    (value, { plantTimeS }) => value + (ratePerHour * (plantTimeS - beginS)) / SECONDS_PER_HOUR,
  );
}

export function frozenValue({ channel }: { channel: string }, site: FaultSite) {
  channelByName(channel);
  const held = site.raw(channel);
  return signalFault(channel, () => held);
}

export const spike = ({ channel, height }: { channel: string; height: number }) =>
  signalFault(channel, (value) => value + height);

export function noise({ channel, deviation }: { channel: string; deviation: number }, site: FaultSite) {
  return signalFault(
    channel,
    (value, { plantTimeS }) => value + deviation * site.random.fork(`${plantTimeS}`).normal(),
  );
}

/** One step of resolution beyond the end: the unit sees that it is out of range. */
export function saturatedSensor({ channel, end }: { channel: string; end: "high" | "low" }) {
  const { range, resolution } = channelByName(channel);
  const held = end === "high" ? range.max + resolution : range.min - resolution;
  return signalFault(channel, () => held);
}

/** The probe has aged, and the line that made up for it is gone; a new calibration makes up for it again. */
export function lostCalibration({ channel, sensitivity }: { channel: string; sensitivity: number }) {
  const zero = ZERO_POINT[channelByName(channel).name] ?? 0;
  return signalFault(channel, (value) => zero + sensitivity * (value - zero));
}

/** The film follows what the probe feels with a lag of its own, stepped with the plant. */
export function probeFouling({ channel, lagS }: { channel: string; lagS: number }, site: FaultSite) {
  channelByName(channel);
  let behindFilm = site.felt(channel);
  const share = 1 - Math.exp(-1 / lagS);
  return signalFault(channel, (value, { noise, settled }) => (settled ? value : behindFilm + noise), {
    stepped() {
      behindFilm += share * (site.felt(channel) - behindFilm);
    },
  });
}
