/**
 * Replaces the ledger's key. The policy with the new key is the step that counts; a crash before it
 * leaves the old key in use, one after it is finished by the next opening (hold.ts).
 */
import { join } from "node:path";
import { toHex, toUtf8 } from "./bytes.ts";
import { OWNER_ONLY } from "./create.ts";
import type { Actor, LedgerEvent } from "./events.ts";
import { type HoldOptions, holdLedger } from "./hold.ts";
import { keyFile, writeKeyFile } from "./key-file.ts";
import type { KeyHistory } from "./key-history.ts";
import { asOpenError } from "./open-error.ts";
import { POLICY_FILE, writePolicy } from "./policy.ts";
import { createSigningKey } from "./signing-key.ts";

/** What the first record under a new key says. */
export function rotationEvent(keys: KeyHistory, by: RotatedBy = {}): LedgerEvent {
  const last = keys.rotations.at(-1);
  if (last === undefined) throw new Error("a ledger under its first key has no rotation");
  return {
    type: "KEY_ROTATED",
    epoch: keys.epoch,
    records: last.records,
    root: toHex(last.root),
    previousKey: keys.keyOf(keys.epoch - 1)?.text ?? "",
    key: last.key.text,
    signedByPrevious: last.signedByOld,
    signedByNew: last.signedByNew,
    ...by,
  };
}

/** For the record. */
export interface RotatedBy {
  readonly actor?: Actor;
  readonly reason?: string;
}

/**
 * Nobody else may have the ledger open. The new key is sealed with `passphrase` as the old one was
 * opened with it. The old private key is removed: nothing can be signed with it any more.
 *
 * @returns the C2SP verifier key to note outside the folder, and the one it replaces
 * @throws LedgerOpenError
 */
export async function rotateKey(options: HoldOptions): Promise<{ key: string; previousKey: string }> {
  const { folder, disk, random } = options;
  try {
    const held = await holdLedger({ ...options, mustExist: true });
    const { keys, key: previous } = held.policy;
    try {
      const next = createSigningKey(previous.origin, random.fork(`ledger-rotation-${keys.epoch + 1}`));
      const at = { records: held.chain.sequence, root: held.chain.tree.root() };
      const history = keys.rotated(at, held.key, next);
      const write = (name: string, bytes: Uint8Array) =>
        disk.writeFile(join(folder, name), bytes, OWNER_ONLY);
      await write(keyFile(history.epoch), writeKeyFile(next, options.passphrase, random));
      await write(POLICY_FILE, toUtf8(writePolicy(history, next)));
    } finally {
      await held.release();
    }
    // Starts the segment under the new key, with the record of it.
    const renewed = await holdLedger({ ...options, mustExist: true });
    await disk.remove(join(folder, keyFile(renewed.policy.keys.epoch - 1)));
    await disk.syncFolder(folder);
    await renewed.release();
    return { key: renewed.policy.key.text, previousKey: previous.text };
  } catch (error) {
    throw asOpenError(error, folder);
  }
}
