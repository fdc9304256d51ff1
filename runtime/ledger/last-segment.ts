/**
 * Brings what an opening reads onto the medium. A datasync that failed in a former process may have left bytes in the
 * system's cache alone, and marked as written: no later datasync takes them along, and they are gone one day, beneath
 * records that were acknowledged since. (LWN, "PostgreSQL's fsync() surprise", April 2018.)
 */
import { join } from "node:path";
import type { Disk, DiskFile } from "@helix/platform";
import { newestMark } from "./high-water-mark.ts";
import type { Inspection } from "./inspect.ts";
import { listSegments } from "./segment.ts";

/** What is read next must be what a power cut would leave, not what a cache still holds. */
export async function syncLastSegment(disk: Disk, folder: string): Promise<void> {
  const last = (await listSegments(disk, folder)).at(-1);
  if (last !== undefined) await withFile(disk, join(folder, last.name), (file) => file.datasync());
}

/**
 * Writes again, the same in the same place, what stands after the newest mark: up to there each batch was synced
 * before the mark was signed. After a close in good order that is nothing.
 */
export async function rewriteSinceMark(
  disk: Disk,
  folder: string,
  { marks, lastSegment, end, tail }: Inspection,
): Promise<void> {
  const point = newestMark(marks)?.resume?.point;
  const isOfLast = point?.segment === lastSegment.number && point.epoch === lastSegment.epoch;
  const from = isOfLast ? point.end : 0;
  const bytes = new Uint8Array(Math.max(0, end + tail.length - from));
  if (bytes.length === 0) return;
  await withFile(disk, join(folder, lastSegment.name), async (file) => {
    const read = await file.read(bytes, from);
    await file.write(bytes.subarray(0, read), from);
    await file.datasync();
  });
}

async function withFile(disk: Disk, path: string, work: (file: DiskFile) => Promise<void>): Promise<void> {
  const file = await disk.open(path, "read-write");
  try {
    await work(file);
  } finally {
    await file.close();
  }
}
