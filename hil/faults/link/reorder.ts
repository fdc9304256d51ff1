/**
 * Messages that change their order on the way. TCP puts segments in order again, so that no program
 * behind it ever sees theirs; a gateway before the instrument may answer out of order, which shows where
 * several requests are under way at once: over Modbus TCP.
 */
import type { FaultKind } from "../fault-kind.ts";
import { messageFault } from "../simulator-fault.ts";

export const reorder: FaultKind = messageFault({
  name: "reorder",
  effect: "of two answers the second arrives first, as behind a gateway; segments TCP puts in order again",
  protocols: ["modbus-tcp"],
  pace: "real",
  receipt: "answers overtaken, and the last of them",
  tell: () => ({ inject: "reorder" }),
});
