/** The current of the runtime's computer is gone. */
import type { FaultKind } from "../fault-kind.ts";
import { deathTrace } from "./death.ts";
import { hostFault } from "./host-fault.ts";

export const runtimePowerCut: FaultKind = hostFault(
  "host",
  {
    name: "runtime-power-cut",
    effect:
      "the computer of the runtime stops: no socket says goodbye, what was not synced may be lost; it starts again when the fault ends",
    unable: {
      wire: "the runtime is on the machine that the bench runs on, whose power is not cut on purpose",
      physical: "the runtime of a real plant is not harmed on purpose",
    },
    receipt:
      "that it ran and ran no more, what it lost, the verdict on the ledger that its next start found, and the records after that",
  },
  (host) => host.cutPower(),
  deathTrace(
    "the power was cut",
    "without power",
    ({ unsyncedBytes, lostBytes }) => `${lostBytes} of ${unsyncedBytes} unsynced bytes lost`,
  ),
);
