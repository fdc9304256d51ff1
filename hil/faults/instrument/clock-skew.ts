/** An instrument whose clock runs fast or slow. */
import { lastReadingSeen } from "../driver-saw.ts";
import type { FaultKind } from "../fault-kind.ts";
import { setting } from "../fault-kind.ts";
import { instrumentFault } from "../simulator-fault.ts";

const SECONDS_PER_HOUR = 3600;

export const clockSkew: FaultKind = instrumentFault({
  name: "clock-skew",
  effect: "the instrument's clock gains so much per hour; a negative rate loses",
  parameters: {
    rate: { setting: "secondsPerHour", measure: { unit: "s/h" }, min: -3000, max: 3000, example: "2 s/h" },
  },
  falsifies: "instrument",
  receipt: "samples stamped wrongly, the right and the wrong plant time of the last",
  tell: (fault) => ({ inject: "clock-skew", secondsPerHour: setting(fault, "secondsPerHour") }),
  takenAt: (fault, stampS) =>
    fault.beginS + (stampS - fault.beginS) / (1 + setting(fault, "secondsPerHour") / SECONDS_PER_HOUR),
  driverSaw: lastReadingSeen,
});
