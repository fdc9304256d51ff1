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

const TORN_NAME = /^torn-([0-9a-f]{64})\.bin$/;

/** Named by its hash, so that it proves itself. */
export const tornName = (bytes: Uint8Array): string => `torn-${toHex(tornHash(bytes))}.bin`;

/** Is the name one of torn bytes, and do they still hash to it? Undefined for another file's name. */
export function tornFits(name: string, bytes: () => Promise<Uint8Array>): Promise<boolean> | undefined {
  return TORN_NAME.test(name) ? bytes().then((content) => tornName(content) === name) : undefined;
}

/** Copies what is torn aside. @returns what the next segment starts with */
export async function quarantine(disk: Disk, folder: string, found: Inspection): Promise<LedgerEvent[]> {
  const badMarks = found.marks.filter(({ checkpoint }) => checkpoint === undefined);
  const pieces = [found.tail, ...badMarks.map(({ bytes }) => bytes)].filter(({ length }) => length > 0);
  for (const piece of pieces) await disk.writeFile(join(folder, tornName(piece)), piece);
  return pieces.map((piece) => ({
    type: "RECOVERY",
    verdict: found.verdict,
    quarantinedBytes: piece.length,
    quarantineFile: tornName(piece),
    hash: toHex(tornHash(piece)),
  }));
}
