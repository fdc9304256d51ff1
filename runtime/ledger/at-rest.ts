/**
 * Does a segment hold what it held when a mark was written, and nothing after that? What an opening asks
 * of the last segment; read piece by piece, since most of 64 MiB need never be in memory at once.
 */
import type { Disk } from "@helix/platform";
import { isAllZero } from "./bytes.ts";
import { crcOf, type ResumePoint } from "./resume-point.ts";

const PIECE_BYTES = 1024 * 1024;

/** True when the CRC up to the point fits and only zeros follow. */
export async function isAtRest(disk: Disk, path: string, point: ResumePoint): Promise<boolean> {
  const file = await disk.open(path, "read");
  try {
    const size = await file.size();
    if (size < point.end) return false;
    const piece = new Uint8Array(PIECE_BYTES);
    let crc = 0;
    for (let at = 0; at < point.end; ) {
      const read = await file.read(piece.subarray(0, Math.min(PIECE_BYTES, point.end - at)), at);
      if (read === 0) return false;
      crc = crcOf(piece.subarray(0, read), crc);
      at += read;
    }
    if (crc !== point.crc) return false;
    for (let at = point.end; at < size; ) {
      const read = await file.read(piece, at);
      if (read === 0 || !isAllZero(piece.subarray(0, read))) return false;
      at += read;
    }
    return true;
  } finally {
    await file.close();
  }
}
