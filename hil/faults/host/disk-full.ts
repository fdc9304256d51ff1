/** No room on the disk. */
import type { FaultKind } from "../fault-kind.ts";
import { DISK_UNABLE, diskTrace, hostFault } from "./host-fault.ts";

export const diskFull: FaultKind = hostFault(
  "disk",
  {
    name: "disk-full",
    effect: "the disk takes no further byte",
    unable: DISK_UNABLE,
    meets: "command",
    receipt: "writes that found no room",
  },
  (disk) => disk.fill(),
  diskTrace("write", "room for every byte", "ENOSPC"),
);
