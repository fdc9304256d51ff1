/** The current of the instrument is gone. */
import type { FaultKind } from "../fault-kind.ts";
import { plantFault } from "../simulator-fault.ts";

export const powerCut: FaultKind = plantFault({
  name: "power-cut",
  effect:
    "the instrument is away while it lasts, as in a restart; stirrer, pumps, heating and gas stand still",
  pace: "real",
  receipt: "sessions that it ended",
  tell: () => ({ inject: "power-cut" }),
});
