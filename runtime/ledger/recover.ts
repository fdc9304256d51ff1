/**
 * Goes on after a crash: what its last write left is copied aside and stays where it is, and a new
 * segment starts whose header fixes those bytes and whose first record tells of them.
 */
import { join } from "node:path";
import type { Clock } from "@helix/hal";
import type { Disk } from "@helix/platform";
import { sealBatch } from "./batch-codec.ts";
import { concat, toHex } from "./bytes.ts";
import { tornHash } from "./hashing.ts";
import { markBytes } from "./high-water-mark.ts";
import type { Inspection } from "./inspect.ts";
import { encodeSegmentHeader, sealedAt, segmentName } from "./segment.ts";
import { signCheckpoint } from "./signed-note.ts";
import type { SigningKey } from "./signing-key.ts";
import type { Stamp } from "./stamp.ts";

const TORN_NAME = /^torn-([0-9a-f]{64})\.bin$/;

/** Named by its hash, so that it proves itself. */
export const tornName = (bytes: Uint8Array): string => `torn-${toHex(tornHash(bytes))}.bin`;

/** Is the name one of torn bytes, and do they still hash to it? Undefined for another file's name. */
export function tornFits(name: string, bytes: () => Promise<Uint8Array>): Promise<boolean> | undefined {
  return TORN_NAME.test(name) ? bytes().then((content) => tornName(content) === name) : undefined;
}

/** Moves the inspection's chain past the RECOVERY records. */
export async function recover(
  disk: Disk,
  folder: string,
  found: Inspection,
  key: SigningKey,
  ledgerId: Uint8Array,
  clock: Clock,
  stamp: Stamp,
): Promise<{ segment: number; end: number }> {
  const badMarks = found.marks.filter(({ checkpoint }) => checkpoint === undefined);
  const pieces = [found.tail, ...badMarks.map(({ bytes }) => bytes)].filter(({ length }) => length > 0);
  for (const piece of pieces) await disk.writeFile(join(folder, tornName(piece)), piece);

  const number = found.lastSegment + 1;
  const previous = sealedAt(found.end, found.tail);
  const { chain } = found;
  const header = encodeSegmentHeader(
    { number, ledgerId, createdUtcNs: clock.wallUtcNs(), previous },
    chain,
    key,
  );
  const records = pieces.map((piece) =>
    stamp.content(
      {
        type: "RECOVERY",
        verdict: found.verdict,
        quarantinedBytes: piece.length,
        quarantineFile: tornName(piece),
        hash: toHex(tornHash(piece)),
      },
      "B",
    ),
  );
  // In one step: a segment that follows torn bytes never stands without the record of them.
  const start = concat(header, sealBatch(records, chain, key).bytes);
  await disk.writeFile(join(folder, segmentName(number)), start);

  const mark = markBytes(signCheckpoint(chain.sequence, chain.tree.root(), key).note);
  for (const { file } of found.marks) await disk.writeFile(join(folder, file), mark);
  return { segment: number, end: start.length };
}
