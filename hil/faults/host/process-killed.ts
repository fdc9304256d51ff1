/** kill -9 of the runtime. */
import type { FaultKind } from "../fault-kind.ts";
import { counted } from "../wording.ts";
import { hostFault } from "./host-fault.ts";

export const processKilled: FaultKind = hostFault(
  "host",
  {
    name: "process-killed",
    effect:
      "the runtime dies without a word; the system closes its sockets and keeps what it wrote; it starts again when the fault ends",
    rigs: [],
    unable: {
      virtual: "the rig cannot start the runtime again within a run yet",
      wire: "the runtime runs in the bench's own process, which would die with it",
      physical: "the runtime of a real plant is not harmed on purpose",
    },
    receipt: "that it ran and ran no more, and the connections that it lost",
  },
  (host) => host.killProcess(),
  ({ ended, connectionsLost }) =>
    ended === 0
      ? undefined
      : {
          summary: `the runtime was killed; ${counted(connectionsLost, "connection")} lost`,
          before: "running",
          after: "killed",
          figures: { ended, connectionsLost },
        },
);
