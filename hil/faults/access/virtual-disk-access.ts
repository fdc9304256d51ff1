/** The runtime's disk in the virtual world. */
import type { VirtualDisk } from "../../world/index.ts";
import type { DiskAccess } from "./access.ts";
import { ending } from "./ending.ts";

export function virtualDisk(disk: VirtualDisk): DiskAccess {
  /** Counts the calls of one kind that `meets` holds of. */
  function during(change: () => () => void, kind: "write-refused" | "sync-failed" | "call") {
    const { callUs: beforeUs } = disk.settings;
    let calls = 0;
    const watcher = (happened: string) => {
      if (happened === kind) calls += 1;
    };
    disk.watchers.add(watcher);
    const undo = change();
    const { callUs: duringUs } = disk.settings;
    return ending(() => {
      undo();
      disk.watchers.delete(watcher);
      return { calls, beforeUs, duringUs };
    });
  }

  return {
    fill: () =>
      during(() => {
        const { capacityBytes } = disk.settings;
        disk.change({ capacityBytes: disk.usedBytes });
        return () => disk.change({ capacityBytes });
      }, "write-refused"),

    failSyncs: () =>
      during(() => {
        disk.change({ failSyncs: "EIO" });
        return () => disk.change({ failSyncs: undefined });
      }, "sync-failed"),

    slowDown: (us) =>
      during(() => {
        const { callUs, syncUs } = disk.settings;
        disk.change({ callUs: callUs + us, syncUs: syncUs + us });
        return () => disk.change({ callUs, syncUs });
      }, "call"),
  };
}
