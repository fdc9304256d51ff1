/**
 * Room for a segment, made before its batches come: a file of zeros on the medium, so that the datasync
 * of a batch has no new length and no new blocks to bring down with it.
 */
import { dirname, join } from "node:path";
import { type Disk, type DiskFile, ShortWriteError } from "@helix/platform";
import { SECTOR_BYTES } from "./bytes.ts";

const MIB = 1024 * 1024;
const ZEROS = new Uint8Array(MIB);

/** Of a ledger's first segment, in bytes: what a small ledger takes on the disk. */
export const FIRST_ROOM_BYTES = MIB;

/** Segments grow with their ledger, up to the size that was asked for. */
export const nextRoom = (room: number, maxBytes: number): number =>
  Math.min(Math.max(2 * room, FIRST_ROOM_BYTES), maxBytes);

/** Zeros from `from` to `to`, on the medium. @param goOn asked between the steps of 1 MiB; false ends it */
export async function makeRoom(file: DiskFile, from: number, to: number, goOn = () => true): Promise<void> {
  for (let at = from; at < to && goOn(); at += MIB) {
    await writeZeros(file, at, Math.min(MIB, to - at));
    // Step by step: the batches of the segment in use share the disk, and must not queue behind all of it.
    await file.datasync();
  }
}

async function writeZeros(file: DiskFile, at: number, length: number): Promise<void> {
  try {
    await file.write(ZEROS.subarray(0, length), at);
  } catch (error) {
    if (!(error instanceof ShortWriteError)) throw error;
    // The system took what it had room for, without a reason; asked for the last sector alone it gives one.
    await file.write(ZEROS.subarray(0, SECTOR_BYTES), at + length - SECTOR_BYTES);
    throw error;
  }
}

/** Where the room for the next segment is made ready. Not part of the record: whoever finds it may remove it. */
export const SPARE_FILE = "spare.new";

/**
 * Creates a segment in one step: with its header and its room, or not at all. Takes the spare when it is
 * there; else it makes the room now, while the records wait. @throws ENOSPC and the room is given back
 */
export async function createSegment(
  disk: Disk,
  path: string,
  header: Uint8Array,
  { bytes, spare }: { readonly bytes: number; readonly spare: boolean },
): Promise<void> {
  const made = spare ? join(dirname(path), SPARE_FILE) : `${path}.new`;
  if (!spare) await disk.remove(made);
  try {
    const file = await disk.open(made, spare ? "read-write" : "create-new");
    try {
      await file.write(header, 0);
      if (!spare) await makeRoom(file, header.length, bytes);
      await file.datasync();
    } finally {
      await file.close();
    }
  } catch (error) {
    await disk.remove(made);
    throw error;
  }
  await disk.rename(made, path);
  await disk.syncFolder(dirname(path));
}
