/** Foam in the vessel. */

import type { FaultKind } from "../fault-kind.ts";
import { setting } from "../fault-kind.ts";
import { plantFault } from "../simulator-fault.ts";

export const foaming: FaultKind = plantFault({
  name: "foaming",
  effect: "foam takes a share of what the sparger transfers",
  parameters: { loss: { setting: "share", measure: { unit: "1" }, min: 0.001, max: 1, example: "40 %" } },
  receipt: "seconds of it, the transfer coefficient with and without foam",
  tell: (fault) => ({ inject: "foaming", share: setting(fault, "share") }),
});
