/** kill -9 of the runtime. */
import type { FaultKind } from "../fault-kind.ts";
import { deathTrace } from "./death.ts";
import { hostFault } from "./host-fault.ts";

export const processKilled: FaultKind = hostFault(
  "host",
  {
    name: "process-killed",
    effect:
      "the runtime dies without a word; the system closes its sockets and keeps what it wrote; it starts again when the fault ends",
    unable: {
      wire: "the runtime runs in the bench's own process, which would die with it",
      physical: "the runtime of a real plant is not harmed on purpose",
    },
    receipt:
      "that it ran and ran no more, what it lost, the verdict on the ledger that its next start found, and the records after that",
  },
  (host) => host.killProcess(),
  deathTrace("the runtime was killed", "killed", () => undefined),
);
