/**
 * Goes on after a crash: what its last write left is copied aside and stays where it is, and a new
 * segment starts whose header fixes those bytes and whose first record tells of them.
 */
import { join } from "node:path";
import type { Disk } from "@helix/platform";
import { toHex } from "./bytes.ts";
import type { LedgerEvent } from "./events.ts";
import { tornHash } from "./hashing.ts";
import type { Inspection } from "./inspect.ts";
import { BAD_MARK } from "./verdict.ts";

const TORN_NAME = /^torn-([0-9a-f]{64})\.bin$/;

/** Named by its hash, so that it proves itself. */
export const tornName = (bytes: Uint8Array): string => `torn-${toHex(tornHash(bytes))}.bin`;

/** Is the name one of torn bytes, and do they still hash to it? Undefined for another file's name. */
export function tornFits(name: string, bytes: () => Promise<Uint8Array>): Promise<boolean> | undefined {
  return TORN_NAME.test(name) ? bytes().then((content) => tornName(content) === name) : undefined;
}

/** Copies what is torn aside. @returns what the next segment starts with */
export async function quarantine(disk: Disk, folder: string, found: Inspection): Promise<LedgerEvent[]> {
  const pieces = piecesOf(found).filter(({ bytes }) => bytes.length > 0);
  for (const { bytes } of pieces) await disk.writeFile(join(folder, tornName(bytes)), bytes);
  return pieces.map(({ bytes, file, offset, reason }) => ({
    type: "RECOVERY",
    verdict: found.verdict,
    reason,
    file,
    offset,
    quarantinedBytes: bytes.length,
    quarantineFile: tornName(bytes),
    hash: toHex(tornHash(bytes)),
  }));
}

/** What a crash left, where, and what is wrong with it. */
function piecesOf({ lastSegment, end, tail, tailReason = "", marks }: Inspection) {
  return [
    { bytes: tail, file: lastSegment.name, offset: end, reason: tailReason },
    ...marks
      .filter(({ checkpoint }) => checkpoint === undefined)
      .map(({ bytes, file }) => ({ bytes, file, offset: 0, reason: BAD_MARK })),
  ];
}
