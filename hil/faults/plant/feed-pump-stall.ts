/** A feed that does not flow. */
import type { FaultKind } from "../fault-kind.ts";
import { plantFault } from "../simulator-fault.ts";

export const feedPumpStall: FaultKind = plantFault({
  name: "feed-pump-stall",
  effect: "the pump's drive turns and reports its speed; nothing reaches the broth",
  receipt: "seconds of feed that did not arrive, wanted and delivered",
  tell: () => ({ inject: "feed-pump-stall" }),
});
