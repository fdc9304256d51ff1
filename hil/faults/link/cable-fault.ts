/** What faults have in common that only a serial cable can have. */
import type { PlannedFault } from "../../scenario/plan.ts";
import type { Effect, FaultAccess } from "../access/access.ts";
import { firstTroubleSeen } from "../driver-saw.ts";
import type { FaultKind, FaultTrace } from "../fault-kind.ts";

export function cableFault<Figures>(
  own: Pick<FaultKind, "name" | "effect" | "receipt">,
  put: (fault: PlannedFault, access: FaultAccess) => Effect<Figures>,
  trace: (figures: Figures) => FaultTrace | undefined,
): FaultKind {
  return {
    target: "link",
    protocols: ["modbus-rtu"],
    parameters: {},
    rigs: ["virtual"],
    unable: {
      wire: "the wire rig's serial lines are pseudo-terminals, which have no plug and no signal level",
      physical: "a real instrument's cable is not the rig's to pull or to hold at a level",
    },
    pace: "real",
    falsifies: "nothing",
    ...own,
    begin(fault, access) {
      const effect = put(fault, access);
      return { end: async () => trace(effect.end()) };
    },
    driverSaw: firstTroubleSeen,
  };
}
