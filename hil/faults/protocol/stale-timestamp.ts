/** New values under an old time. */
import { lastReadingSeen } from "../driver-saw.ts";
import type { FaultKind } from "../fault-kind.ts";
import { instrumentFault } from "../simulator-fault.ts";

export const staleTimestamp: FaultKind = instrumentFault({
  name: "stale-timestamp",
  effect: "process values go on, Good, all with the source time at which the fault began",
  protocols: ["opcua"],
  falsifies: "instrument",
  receipt: "samples stamped wrongly, the right and the wrong plant time of the last",
  tell: () => ({ inject: "stale-timestamp" }),
  driverSaw: lastReadingSeen,
});
