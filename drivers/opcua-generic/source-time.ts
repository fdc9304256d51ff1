/**
 * The time of a value, from OPC UA's UTC to TAI.
 */
import { type Clock, dateToTaiNs, utcToTaiNs } from "@helix/hal";
import type { DataValue } from "node-opcua-client";

/**
 * When the value was taken, ns TAI: by the instrument's clock, else by the server's, else when it
 * reached us. The stack gives what is below a millisecond in picoseconds.
 */
export function sourceTaiNs(value: DataValue, clock: Clock): bigint {
  if (value.sourceTimestamp) {
    return dateToTaiNs(value.sourceTimestamp) + BigInt(Math.floor(value.sourcePicoseconds / 1000));
  }
  if (value.serverTimestamp) {
    return dateToTaiNs(value.serverTimestamp) + BigInt(Math.floor(value.serverPicoseconds / 1000));
  }
  return utcToTaiNs(clock.wallUtcNs());
}
