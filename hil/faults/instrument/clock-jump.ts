/** An instrument whose clock is set wrongly. */
import { lastReadingSeen } from "../driver-saw.ts";
import type { FaultKind } from "../fault-kind.ts";
import { setting } from "../fault-kind.ts";
import { instrumentFault } from "../simulator-fault.ts";

export const clockJump: FaultKind = instrumentFault({
  name: "clock-jump",
  effect: "the instrument's clock is off by so much while it lasts, forwards or back",
  parameters: {
    by: { setting: "seconds", measure: { unit: "s" }, min: -315_360_000, max: 315_360_000, example: "-1 h" },
  },
  falsifies: "instrument",
  receipt: "samples stamped wrongly, the right and the wrong plant time of the last",
  tell: (fault) => ({ inject: "clock-jump", seconds: setting(fault, "seconds") }),
  takenAt: (fault, stampS) => stampS - setting(fault, "seconds"),
  driverSaw: lastReadingSeen,
});
