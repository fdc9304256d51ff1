/**
 * Starts a segment together with its first records, in one step: what a recovery or a key rotation
 * has to tell stands in the same file creation as the header that needs it told.
 */
import { join } from "node:path";
import type { Disk } from "@helix/platform";
import { sealBatch } from "./batch-codec.ts";
import { concat } from "./bytes.ts";
import type { Chain } from "./chain.ts";
import { OWNER_ONLY } from "./create.ts";
import { MARK_FILES, signMark } from "./high-water-mark.ts";
import { crcOf, type ResumePoint } from "./resume-point.ts";
import { encodeSegmentHeader, type SegmentHeader, segmentFile } from "./segment.ts";
import type { SigningKey } from "./signing-key.ts";

/** Moves `chain` past the records, writes both marks. @param drafts one at least */
export async function startSegmentWith(
  disk: Disk,
  folder: string,
  header: SegmentHeader,
  drafts: readonly Uint8Array[],
  chain: Chain,
  key: SigningKey,
  markFolder = folder,
): Promise<ResumePoint> {
  const head = encodeSegmentHeader(header, chain, key);
  const batch = sealBatch(drafts, chain, key);
  for (const record of batch.records) chain.addLeaf(record);
  const start = concat(head, batch.bytes);
  await disk.writeFile(join(folder, segmentFile(header.number, header.epoch).name), start, OWNER_ONLY);
  const point = { segment: header.number, epoch: header.epoch, end: start.length, crc: crcOf(start) };
  const mark = signMark(point, header.ledgerId, chain, key).bytes;
  for (const file of MARK_FILES) await disk.writeFile(join(markFolder, file), mark, OWNER_ONLY);
  return point;
}
