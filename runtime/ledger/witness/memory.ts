/**
 * What a witness remembers: of each ledger, by origin, whose it is and the largest checkpoint that it cosigned. Without
 * it a witness could be told anything, so a memory that is damaged is never taken for an empty one.
 */
import { join } from "node:path";
import type { Disk } from "@helix/platform";
import { fromUtf8, toUtf8 } from "../bytes.ts";
import { OWNER_ONLY } from "../create.ts";
import type { LedgerCheckpoint } from "../ledger.ts";
import { LedgerOpenError } from "../open-error.ts";
import { noteLines } from "../signed-note.ts";

const FORM = /^helix-witness\/1\nlog (\S+)\n\n/;

export interface Remembered {
  /** Verifier key of the ledger, as it was stated the first time: its first one, or its root key. */
  readonly log: string;
  /** The cosigned note. */
  readonly note: string;
  readonly records: bigint;
  /** Base64. */
  readonly root: string;
}

/** One file for each origin, whatever characters that holds. */
export const memoryFile = (folder: string, origin: string): string =>
  join(folder, `${encodeURIComponent(origin)}.seen`);

/** Undefined where nothing was cosigned for this origin yet. @throws LedgerOpenError where the file is not what was written */
export async function recall(disk: Disk, folder: string, origin: string): Promise<Remembered | undefined> {
  const path = memoryFile(folder, origin);
  if ((await disk.stat(path)) === undefined) return undefined;
  const text = fromUtf8(await disk.readFile(path));
  const [head = "", log = ""] = FORM.exec(text) ?? [];
  const note = text.slice(head.length);
  const [name, records = "", root = ""] = noteLines(note)?.text.split("\n") ?? [];
  if (head !== "" && name === origin && /^(0|[1-9]\d*)$/.test(records)) {
    return { log, note, records: BigInt(records), root };
  }
  const message = `${path} is not what this witness wrote; restore it from a copy: without it a rollback would not show`;
  throw new LedgerOpenError("damaged", folder, message);
}

/**
 * A note that the ledger's key has signed and that was refused: with the one that is remembered it shows to everybody
 * that the key has signed two histories.
 */
export async function keepRefused(
  disk: Disk,
  folder: string,
  origin: string,
  { records, root, note }: LedgerCheckpoint,
): Promise<void> {
  const name = `${encodeURIComponent(origin)}.refused-${records}-${root.slice(0, 8)}.txt`;
  await disk.writeFile(join(folder, name), toUtf8(note), OWNER_ONLY);
}

/** In one step, and on the medium before the cosignature is given away. */
export async function remember(
  disk: Disk,
  folder: string,
  origin: string,
  { log, note }: Pick<Remembered, "log" | "note">,
): Promise<void> {
  await disk.writeFile(
    memoryFile(folder, origin),
    toUtf8(`helix-witness/1\nlog ${log}\n\n${note}`),
    OWNER_ONLY,
  );
}
