/** No gas. */
import type { FaultKind } from "../fault-kind.ts";
import { plantFault } from "../simulator-fault.ts";

export const gasSupplyLoss: FaultKind = plantFault({
  name: "gas-supply-loss",
  effect: "no gas reaches the sparger; what the surface takes in stays",
  receipt: "seconds without it, the transfer coefficient with and without gas",
  tell: () => ({ inject: "gas-supply-loss" }),
});
