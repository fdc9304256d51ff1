/** A sensor at the end of its scale. */

import type { FaultKind } from "../fault-kind.ts";
import { channelOf } from "../fault-kind.ts";
import { readingFault } from "../simulator-fault.ts";

export const saturatedSensor: FaultKind = readingFault({
  name: "saturated-sensor",
  effect: "the sensor is beyond an end of its range, whatever it measures",
  parameters: { end: { measure: { words: ["high", "low"] }, example: "high" } },
  receipt: "readings changed, first and last reading with and without the fault",
  tell: (fault) => ({
    inject: "saturated-sensor",
    channel: channelOf(fault),
    end: fault.parameters["end"] === "low" ? "low" : "high",
  }),
});
