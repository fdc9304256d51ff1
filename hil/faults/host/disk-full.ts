/** No room on the disk. */
import type { FaultKind } from "../fault-kind.ts";
import { diskTrace, hostFault } from "./host-fault.ts";

export const diskFull: FaultKind = hostFault(
  "disk",
  {
    name: "disk-full",
    effect: "the disk takes no further byte",
    unable: {
      wire: "the runtime is on the machine's own disk, which is not harmed on purpose",
      physical: "the runtime of a real plant is not harmed on purpose",
    },
    meets: "command",
    receipt: "writes that found no room",
  },
  (disk) => disk.fill(),
  diskTrace("write", "room for every byte", "ENOSPC"),
);
