/** The current of the runtime's computer is gone. */
import type { FaultKind } from "../fault-kind.ts";
import { counted } from "../wording.ts";
import { hostFault } from "./host-fault.ts";

export const runtimePowerCut: FaultKind = hostFault(
  "host",
  {
    name: "runtime-power-cut",
    effect:
      "the computer of the runtime stops: no socket says goodbye, what was not synced may be lost; it starts again when the fault ends",
    rigs: [],
    unable: {
      virtual: "the rig cannot start the runtime again within a run yet",
      wire: "the runtime runs in the bench's own process, which would die with it",
      physical: "the runtime of a real plant is not harmed on purpose",
    },
    receipt: "that it ran and ran no more, and the connections that it lost",
  },
  (host) => host.cutPower(),
  ({ ended, connectionsLost }) =>
    ended === 0
      ? undefined
      : {
          summary: `the power was cut; ${counted(connectionsLost, "connection")} lost`,
          before: "running",
          after: "without power",
          figures: { ended, connectionsLost },
        },
);
