/** A session that lives, and a subscription that says nothing. */
import type { FaultKind } from "../fault-kind.ts";
import { instrumentFault } from "../simulator-fault.ts";

export const silentSubscription: FaultKind = instrumentFault({
  name: "silent-subscription",
  effect: "sessions live, reads are answered and keep-alives come; no subscription is told a value",
  protocols: ["opcua"],
  pace: "real",
  receipt: "samples that were kept from subscribers",
  tell: () => ({ inject: "silent-subscription" }),
});
