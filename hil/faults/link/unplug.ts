/** A converter that somebody pulls out. */
import type { FaultKind } from "../fault-kind.ts";
import { partOf } from "../fault-kind.ts";
import { counted } from "../wording.ts";
import { cableFault } from "./cable-fault.ts";

export const unplug: FaultKind = cableFault(
  {
    name: "unplug",
    effect: "the runtime's serial converter is pulled out: its open port fails, and there is none to open",
    receipt: "ports lost, attempts to open it meanwhile",
  },
  (fault, access) => partOf("cable", fault, access).unplug(),
  ({ portsLost, attempts }) =>
    portsLost + attempts === 0
      ? undefined
      : {
          summary: `${counted(portsLost, "open port")} failed; ${counted(attempts, "attempt")} to open it without success`,
          before: counted(portsLost, "open port"),
          after: "no such port",
          figures: { portsLost, attempts },
        },
);
