/**
 * The offline root key: named by its public half when a ledger is made, and from then on no signing key is
 * replaced without it. Its private half is a file of its own, never in the ledger's folder, that only a
 * rotation is given; who steals the signing key can therefore neither replace it nor say since when it is stolen.
 */
import type { Random } from "@helix/hal";
import type { Disk } from "@helix/platform";
import { type KeyPurpose, makeKeyApart, openKeyApart } from "./key-apart.ts";
import { LedgerOpenError } from "./open-error.ts";
import { parseVerifierKey, type SigningKey, type VerifierKey } from "./signing-key.ts";

/** The environment variable that `helix` takes the root key's passphrase from. */
export const ROOT_PASSPHRASE_VARIABLE = "HELIX_LEDGER_ROOT_PASSPHRASE";

const ROOT_KEY: KeyPurpose = {
  what: "root key",
  problem: "root-key",
  variable: ROOT_PASSPHRASE_VARIABLE,
  stream: "ledger-root",
  example: "helix/root",
};

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
  return (await makeKeyApart(disk, file, name, ROOT_KEY, passphrase, random)).verifier.text;
}

/** @throws LedgerOpenError when the file does not hold the private half of `root` */
export async function openRootKey(
  disk: Disk,
  file: string,
  root: VerifierKey,
  passphrase: string | undefined,
): Promise<SigningKey> {
  const key = await openKeyApart(
    disk,
    file,
    root.origin,
    ROOT_KEY,
    passphrase,
    `that belongs to ${root.text}`,
  );
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
