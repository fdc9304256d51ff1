/** A disk that cannot keep what it took. */
import type { FaultKind } from "../fault-kind.ts";
import { diskTrace, hostFault } from "./host-fault.ts";

export const fsyncError: FaultKind = hostFault(
  "disk",
  {
    name: "fsync-error",
    effect: "every sync fails, and what it should have saved is not saved",
    unable: {
      wire: "the runtime is on the machine's own disk, which is not harmed on purpose",
      physical: "the runtime of a real plant is not harmed on purpose",
    },
    meets: "command",
    receipt: "syncs that failed",
  },
  (disk) => disk.failSyncs(),
  diskTrace("sync", "saved", "EIO"),
);
