/** A probe whose calibration is gone. */

import type { FaultKind } from "../fault-kind.ts";
import { channelOf, setting } from "../fault-kind.ts";
import { readingFault } from "../simulator-fault.ts";

export const lostCalibration: FaultKind = readingFault({
  name: "lost-calibration",
  effect:
    "the probe's own slope shows: a change of the quantity is read as this share of it, until it is calibrated",
  parameters: {
    sensitivity: { setting: "sensitivity", measure: { unit: "1" }, min: 0.1, max: 2, example: "85 %" },
  },
  receipt: "readings changed, first and last reading with and without the fault",
  tell: (fault) => ({
    inject: "lost-calibration",
    channel: channelOf(fault),
    sensitivity: setting(fault, "sensitivity"),
  }),
});
