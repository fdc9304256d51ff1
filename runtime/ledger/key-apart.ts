/**
 * A private key in a file of its own, away from any ledger: an offline root key, a witness's key. Made once, mode
 * 0600, sealed with a passphrase where one is given.
 */
import { dirname, join } from "node:path";
import type { Random } from "@helix/hal";
import type { Disk } from "@helix/platform";
import { OWNER_ONLY } from "./create.ts";
import { openKeyFile, PassphraseError, writeKeyFile } from "./key-file.ts";
import { LedgerOpenError, type LedgerOpenProblem } from "./open-error.ts";
import { POLICY_FILE } from "./policy.ts";
import { createSigningKey, type SigningKey } from "./signing-key.ts";

/** What such a key is for. */
export interface KeyPurpose {
  /** As messages call it: "root key". */
  readonly what: string;
  readonly problem: LedgerOpenProblem;
  /** Environment variable with its passphrase. */
  readonly variable: string;
  /** Of injected chance, so that two purposes share none. */
  readonly stream: string;
  /** As an example of a name. */
  readonly example: string;
}

/** As C2SP asks of a note's key name. */
const KEY_NAME = /^[^\s+]+$/;

/**
 * Writes a new key to a file that is not there yet.
 *
 * @throws LedgerOpenError when the file is there, or would be in a ledger
 */
export async function makeKeyApart(
  disk: Disk,
  file: string,
  name: string,
  { what, problem, variable, stream, example }: KeyPurpose,
  passphrase: string | undefined,
  random: Random,
): Promise<SigningKey> {
  const refuse = (message: string, cause?: unknown) => new LedgerOpenError(problem, file, message, cause);
  if (!KEY_NAME.test(name)) {
    throw refuse(`"${name}" cannot name a key; leave out spaces and pluses, as in ${example}`);
  }
  if (passphrase === "") {
    throw refuse(`the passphrase of a ${what} is empty; set ${variable} to one, or unset it`);
  }
  if ((await disk.stat(file)) !== undefined) {
    throw refuse(`${file} is there already; name a new file for a new ${what}`);
  }
  if ((await disk.stat(join(dirname(file), POLICY_FILE))) !== undefined) {
    throw refuse(`${dirname(file)} is a ledger; a ${what} must be kept somewhere else`);
  }
  const key = createSigningKey(name, random.fork(stream));
  try {
    await disk.writeFile(file, writeKeyFile(key, passphrase, random.fork(`${stream}-file`)), OWNER_ONLY);
  } catch (error) {
    const message = `${what} ${file} could not be written: ${(error as Error).message}; name a file in a folder that is there`;
    throw refuse(message, error);
  }
  return key;
}

/** @throws LedgerOpenError when the file does not open as a key. @param of whose it should be, for the message */
export async function openKeyApart(
  disk: Disk,
  file: string,
  name: string,
  { what, problem, variable }: KeyPurpose,
  passphrase: string | undefined,
  of: string,
): Promise<SigningKey> {
  if ((await disk.stat(file))?.kind !== "file") {
    throw new LedgerOpenError(problem, file, `there is no ${what} file ${file}; name the one ${of}`);
  }
  try {
    return openKeyFile(name, await disk.readFile(file), passphrase, variable);
  } catch (error) {
    const told = error instanceof PassphraseError || "syscall" in (error as Error);
    const why = told ? (error as Error).message : "it is not a private key";
    const message = `${what} ${file} stays shut: ${why}; nothing was changed`;
    throw new LedgerOpenError(problem, file, message, error);
  }
}
