/** A disk that cannot keep what it took. */
import type { FaultKind } from "../fault-kind.ts";
import { DISK_UNABLE, diskTrace, hostFault } from "./host-fault.ts";

export const fsyncError: FaultKind = hostFault(
  "disk",
  {
    name: "fsync-error",
    effect: "every sync fails, and what it should have saved is not saved",
    unable: DISK_UNABLE,
    meets: "command",
    receipt: "syncs that failed",
  },
  (disk) => disk.failSyncs(),
  diskTrace("sync", "saved", "EIO"),
);
