/**
 * The key of a witness, in the folder where it also remembers what it has seen: a key that is used with another memory,
 * or none, would cosign what it has refused.
 */
import { join } from "node:path";
import type { Random } from "@helix/hal";
import type { Disk } from "@helix/platform";
import { fromUtf8, toUtf8 } from "../bytes.ts";
import { type KeyPurpose, makeKeyApart, openKeyApart } from "../key-apart.ts";
import { asOpenError, LedgerOpenError } from "../open-error.ts";
import type { SigningKey } from "../signing-key.ts";
import { parseWitnessKey, type WitnessKey, witnessKeyOf } from "./cosignature.ts";

/** The environment variable that `helix` takes a witness key's passphrase from. */
export const WITNESS_PASSPHRASE_VARIABLE = "HELIX_LEDGER_WITNESS_PASSPHRASE";

const WITNESS_KEY: KeyPurpose = {
  what: "witness key",
  problem: "witness",
  variable: WITNESS_PASSPHRASE_VARIABLE,
  stream: "ledger-witness",
  example: "site-b.example/helix",
};

const KEY_FILE = "witness.key";
const PUBLIC_FILE = "witness.pub";

/**
 * Makes a witness: its folder with a new key, where it will remember what it has seen too.
 *
 * @returns its C2SP verifier key: what whoever verifies must know
 * @throws LedgerOpenError when there is one already, or the folder is a ledger's
 */
export async function makeWitness(
  disk: Disk,
  folder: string,
  name: string,
  passphrase: string | undefined,
  random: Random,
): Promise<string> {
  try {
    await disk.makeFolder(folder);
    const key = await makeKeyApart(disk, join(folder, KEY_FILE), name, WITNESS_KEY, passphrase, random);
    const { text } = witnessKeyOf(key);
    await disk.writeFile(join(folder, PUBLIC_FILE), toUtf8(`${text}\n`));
    return text;
  } catch (error) {
    throw asOpenError(error, folder);
  }
}

/** @throws LedgerOpenError when the folder is not a witness's, or its key stays shut */
export async function openWitness(
  disk: Disk,
  folder: string,
  passphrase: string | undefined,
): Promise<SigningKey> {
  const path = join(folder, PUBLIC_FILE);
  if ((await disk.stat(path))?.kind !== "file") {
    const message = `${folder} is not a witness's folder: it has no ${PUBLIC_FILE}; make one with helix ledger make-witness`;
    throw new LedgerOpenError("witness", folder, message);
  }
  const { name, text } = witnessKeyGiven(fromUtf8(await disk.readFile(path)).trim());
  const file = join(folder, KEY_FILE);
  const key = await openKeyApart(disk, file, name, WITNESS_KEY, passphrase, "that make-witness wrote");
  if (witnessKeyOf(key).text === text) return key;
  throw new LedgerOpenError(
    "witness",
    folder,
    `${file} is not the private half of ${path}; restore both from a copy`,
  );
}

/** @throws LedgerOpenError when the text is none */
export function witnessKeyGiven(text: string): WitnessKey {
  try {
    return parseWitnessKey(text);
  } catch (error) {
    const message = `${(error as Error).message}; give the line that helix ledger make-witness printed`;
    throw new LedgerOpenError("witness", text, message, error);
  }
}
