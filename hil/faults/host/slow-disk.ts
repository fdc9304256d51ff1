/** A disk that takes its time. */
import type { FaultKind } from "../fault-kind.ts";
import { setting } from "../fault-kind.ts";
import { DISK_UNABLE, diskTrace, hostFault } from "./host-fault.ts";

export const slowDisk: FaultKind = hostFault(
  "disk",
  {
    name: "slow-disk",
    effect: "every call and every sync takes so much longer",
    parameters: {
      delay: { setting: "delayMs", measure: { unit: "ms" }, min: 0.001, max: 600_000, example: "200 ms" },
    },
    unable: DISK_UNABLE,
    meets: "command",
    receipt: "calls that took longer, and how long",
  },
  (disk, fault) => disk.slowDown(setting(fault, "delayMs") * 1000),
  diskTrace("call", "", ""),
);
