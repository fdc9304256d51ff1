/**
 * Replaces the ledger's key. The policy with the new key is the step that counts; a crash before it
 * leaves the old key in use, one after it is finished by the next opening (hold.ts).
 */
import { join } from "node:path";
import { toHex, toUtf8 } from "./bytes.ts";
import { OWNER_ONLY } from "./create.ts";
import type { Actor, LedgerEvent } from "./events.ts";
import { loadPolicy } from "./folder.ts";
import { type HeldLedger, type HoldOptions, holdLedger } from "./hold.ts";
import { keyFile, writeKeyFile } from "./key-file.ts";
import type { KeyHistory } from "./key-history.ts";
import { MerkleTree } from "./merkle-tree.ts";
import { asOpenError } from "./open-error.ts";
import { POLICY_FILE, writePolicy } from "./policy.ts";
import { readStored } from "./read.ts";
import { openRootKey, rootKeyError } from "./root-key.ts";
import { createSigningKey, type SigningKey } from "./signing-key.ts";

/** What the first records under a new key say. */
export function rotationEvents(keys: KeyHistory, by: RotatedBy = {}): LedgerEvent[] {
  const last = keys.rotations.at(-1);
  if (last === undefined) throw new Error("a ledger under its first key has no rotation");
  const previousKey = keys.keyOf(keys.epoch - 1)?.text ?? "";
  const rotated: LedgerEvent = {
    type: "KEY_ROTATED",
    epoch: keys.epoch,
    records: last.records,
    root: toHex(last.root),
    previousKey,
    key: last.key.text,
    signedByPrevious: last.signedByOld,
    signedByNew: last.signedByNew,
    signedByRoot: last.signedByRoot,
    ...by,
  };
  if (last.compromise === undefined) return [rotated];
  const compromised: LedgerEvent = {
    type: "KEY_COMPROMISED",
    epoch: keys.epoch - 1,
    key: previousKey,
    trustedRecords: last.compromise.records,
    trustedRoot: toHex(last.compromise.root),
    signedByRoot: last.compromise.signedByRoot,
    ...by,
  };
  return [rotated, compromised];
}

/** For the record. */
export interface RotatedBy {
  readonly actor?: Actor;
  readonly reason?: string;
}

export interface RotateOptions extends HoldOptions {
  /** Where the private half of the root key is, in a ledger that was made with one. */
  readonly root?: { readonly file: string; readonly passphrase?: string | undefined } | undefined;
  /** The key in use was compromised: so many records, counted from the first, are trusted all the same. */
  readonly trustedRecords?: bigint | undefined;
}

/**
 * Nobody else may have the ledger open. The new key is sealed with `passphrase` as the old one was
 * opened with it. The old private key is removed: nothing can be signed with it any more.
 *
 * @returns the C2SP verifier key to note outside the folder, and the one it replaces
 * @throws LedgerOpenError; nothing is changed then
 */
export async function rotateKey(options: RotateOptions): Promise<{ key: string; previousKey: string }> {
  const { folder, disk, random } = options;
  try {
    const root = await rootOf(options);
    const held = await holdLedger({ ...options, mustExist: true });
    const { keys, key: previous } = held.policy;
    try {
      const next = createSigningKey(previous.origin, random.fork(`ledger-rotation-${keys.epoch + 1}`));
      const at = { records: held.chain.sequence, root: held.chain.tree.root() };
      const trusted = await trustedTree(options, held);
      const history = keys.rotated(at, held.key, next, root, trusted);
      const write = (name: string, bytes: Uint8Array) =>
        disk.writeFile(join(folder, name), bytes, OWNER_ONLY);
      await write(keyFile(history.epoch), writeKeyFile(next, options.passphrase, random));
      await write(POLICY_FILE, toUtf8(writePolicy({ ...held.policy, keys: history }, next)));
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

/** Before anything is touched. @throws LedgerOpenError when the root key is wrong, missing, or there is none */
async function rootOf({
  folder,
  disk,
  root,
  trustedRecords,
}: RotateOptions): Promise<SigningKey | undefined> {
  const policy = await loadPolicy(disk, folder);
  const named = policy?.keys.root;
  // A policy that cannot be read is told by who takes hold of the ledger.
  if (policy === undefined || (named === undefined && root === undefined && trustedRecords === undefined))
    return;
  if (named === undefined) {
    const message = `ledger ${folder} was made without a root key, so none can sign for it; rotate without one`;
    throw rootKeyError(folder, message);
  }
  if (root === undefined) {
    const message = `ledger ${folder} takes a new key only with its root key ${named.text}; give that key's file`;
    throw rootKeyError(folder, message);
  }
  return openRootKey(disk, root.file, named, root.passphrase);
}

/** @throws LedgerOpenError for a count of records that the compromised key cannot have signed */
async function trustedTree(
  { folder, disk, trustedRecords }: RotateOptions,
  { chain, policy: { keys } }: HeldLedger,
): Promise<{ records: bigint; root: Uint8Array } | undefined> {
  if (trustedRecords === undefined) return undefined;
  const from = keys.startOf(keys.epoch) ?? 0n;
  if (trustedRecords < from || trustedRecords > chain.sequence) {
    const message = `the key in use signs records ${from} to ${chain.sequence} of ledger ${folder}, so ${trustedRecords} cannot be the last trusted count`;
    throw rootKeyError(folder, message);
  }
  const tree = new MerkleTree();
  for await (const { bytes } of readStored({ folder, disk })) {
    if (tree.size === trustedRecords) break;
    tree.append(bytes);
  }
  return { records: trustedRecords, root: tree.root() };
}
