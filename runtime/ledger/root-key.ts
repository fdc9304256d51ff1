/**
 * The offline root key: named by its public half when a ledger is made, and from then on no signing key is
 * replaced without it. Its private half is a file of its own, never in the ledger's folder, that only a
 * rotation is given; who steals the signing key can therefore neither replace it nor say since when it is stolen.
 */
import { dirname, join } from "node:path";
import type { Random } from "@helix/hal";
import type { Disk } from "@helix/platform";
import { OWNER_ONLY } from "./create.ts";
import { openKeyFile, PassphraseError, writeKeyFile } from "./key-file.ts";
import { LedgerOpenError } from "./open-error.ts";
import { POLICY_FILE } from "./policy.ts";
import { createSigningKey, parseVerifierKey, type SigningKey, type VerifierKey } from "./signing-key.ts";

/** The environment variable that `helix` takes the root key's passphrase from. */
export const ROOT_PASSPHRASE_VARIABLE = "HELIX_LEDGER_ROOT_PASSPHRASE";

/** As C2SP asks of a note's key name. */
const KEY_NAME = /^[^\s+]+$/;

/**
 * Writes a new root key to a file that is not there yet, mode 0600.
 *
 * @returns its C2SP verifier key: what a ledger is told when it is made
 * @throws LedgerOpenError when the file is there, or would be in a ledger
 */
export async function makeRootKey(
  disk: Disk,
  file: string,
  name: string,
  passphrase: string | undefined,
  random: Random,
): Promise<string> {
  if (!KEY_NAME.test(name)) {
    throw rootKeyError(file, `"${name}" cannot name a key; leave out spaces and pluses, as in helix/root`);
  }
  if ((await disk.stat(file)) !== undefined) {
    throw rootKeyError(file, `${file} is there already; name a new file for a new root key`);
  }
  if ((await disk.stat(join(dirname(file), POLICY_FILE))) !== undefined) {
    throw rootKeyError(file, `${dirname(file)} is a ledger; a root key must be kept somewhere else`);
  }
  const key = createSigningKey(name, random.fork("ledger-root"));
  try {
    await disk.writeFile(file, writeKeyFile(key, passphrase, random.fork("ledger-root-file")), OWNER_ONLY);
  } catch (error) {
    const message = `root key ${file} could not be written: ${(error as Error).message}; name a file in a folder that is there`;
    throw rootKeyError(file, message, error);
  }
  return key.verifier.text;
}

/** @throws LedgerOpenError when the file does not hold the private half of `root` */
export async function openRootKey(
  disk: Disk,
  file: string,
  root: VerifierKey,
  passphrase: string | undefined,
): Promise<SigningKey> {
  if ((await disk.stat(file))?.kind !== "file") {
    throw rootKeyError(file, `there is no root key file ${file}; name the one that belongs to ${root.text}`);
  }
  let key: SigningKey;
  try {
    key = openKeyFile(root.origin, await disk.readFile(file), passphrase, ROOT_PASSPHRASE_VARIABLE);
  } catch (error) {
    const told = error instanceof PassphraseError || "syscall" in (error as Error);
    const why = told ? (error as Error).message : "it is not a private key";
    throw rootKeyError(file, `root key ${file} stays shut: ${why}; nothing was changed`, error);
  }
  if (key.verifier.text === root.text) return key;
  throw rootKeyError(
    file,
    `${file} is not the root key that this ledger was made with; give that of ${root.text}`,
  );
}

/** @throws LedgerOpenError when the text names no key */
export function parseRootKey(folder: string, text: string): VerifierKey {
  try {
    return parseVerifierKey(text);
  } catch (error) {
    const message = `${(error as Error).message}; give the line that helix ledger make-root-key printed`;
    throw rootKeyError(folder, message, error);
  }
}

export const rootKeyError = (where: string, message: string, cause?: unknown): LedgerOpenError =>
  new LedgerOpenError("root-key", where, message, cause);
