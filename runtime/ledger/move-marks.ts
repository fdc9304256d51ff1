/** Takes the high-water marks of a ledger that nobody has open to another folder, or goes on where they are lost. */
import type { HoldOptions } from "./hold.ts";
import { holdLedger } from "./hold.ts";
import type { LedgerCheckpoint } from "./ledger.ts";
import type { MarksMove } from "./mark-folder.ts";
import { asOpenError } from "./open-error.ts";

/**
 * The record of it stands first, then the new marks, then the policy that names their folder, and the old marks are
 * removed last: a crash between leaves the ledger good with the marks where they were, and the move to be asked for again.
 *
 * @returns what the new marks sign for: to be held against what others noted, where the old ones are lost
 * @throws LedgerOpenError; nothing is changed then
 */
export async function moveMarks(
  options: HoldOptions & { readonly move: MarksMove },
): Promise<LedgerCheckpoint> {
  try {
    const held = await holdLedger({ ...options, mustExist: true });
    await held.release();
    return held.checkpoint;
  } catch (error) {
    throw asOpenError(error, options.folder);
  }
}
