/** New values under an old time. */
import { lastReadingSeen } from "../driver-saw.ts";
import type { FaultKind } from "../fault-kind.ts";
import { instrumentFault } from "../simulator-fault.ts";

/** A stamp goes over the wire and back, s; far less than any sample period. */
const STAMP_ROUNDING_S = 0.001;

export const staleTimestamp: FaultKind = instrumentFault({
  name: "stale-timestamp",
  effect: "process values go on, Good, all with the source time at which the fault began",
  protocols: ["opcua"],
  falsifies: "instrument",
  receipt: "samples stamped wrongly, the right and the wrong plant time of the last",
  tell: () => ({ inject: "stale-timestamp" }),
  // The stamp tells nothing but when the fault began: it was taken when it comes, or at the end if that has passed.
  takenAt: (fault, stampS, nowS) =>
    Math.abs(stampS - fault.beginS) <= STAMP_ROUNDING_S ? Math.min(nowS, fault.endS) : stampS,
  driverSaw: lastReadingSeen,
});
