/**
 * The private key on disk: PKCS#8 PEM, or, with a passphrase, the same PEM under AES-256-GCM with a
 * key by scrypt (RFC 7914). One file per key epoch, mode 0600.
 */
import { createCipheriv, createDecipheriv, scryptSync } from "node:crypto";
import type { Random } from "@helix/hal";
import { concat, fromBase64, fromUtf8, toBase64, toUtf8 } from "./bytes.ts";
import { readSigningKey, type SigningKey } from "./signing-key.ts";

/** The environment variable that `helix` takes the passphrase from. */
export const PASSPHRASE_VARIABLE = "HELIX_LEDGER_PASSPHRASE";

const FIRST_LINE = "helix-ledger-key/1 scrypt aes-256-gcm";
/** About 0.1 s and 64 MiB: slow to guess, quick enough to start with. */
const COST = { N: 65536, r: 8, p: 1, maxmem: 128 * 1024 * 1024 };
const TAG_BYTES = 16;
const FORM = new RegExp(`^${FIRST_LINE}\nsalt (\\S+)\nnonce (\\S+)\nsealed (\\S+)\n$`);

export const keyFile = (epoch: number): string => (epoch === 0 ? "ledger.key" : `ledger-${epoch}.key`);
export const isKeyFile = (name: string): boolean => /^ledger(-[1-9]\d*)?\.key$/.test(name);

/** The passphrase does not open the key, or none was given for a sealed one. */
export class PassphraseError extends Error {
  override readonly name = "PassphraseError";
}

/** What the file holds. Without a passphrase the PEM as it is. */
export function writeKeyFile(key: SigningKey, passphrase: string | undefined, random: Random): Uint8Array {
  if (passphrase === undefined) return toUtf8(key.pem);
  const salt = random.fork("ledger-key-salt").bytes(32);
  const nonce = random.fork("ledger-key-nonce").bytes(12);
  const head = `${FIRST_LINE}\nsalt ${toBase64(salt)}\nnonce ${toBase64(nonce)}\n`;
  const cipher = createCipheriv("aes-256-gcm", scryptSync(passphrase, salt, 32, COST), nonce);
  cipher.setAAD(toUtf8(head));
  const sealed = concat(cipher.update(key.pem, "utf8"), cipher.final(), cipher.getAuthTag());
  return toUtf8(`${head}sealed ${toBase64(sealed)}\n`);
}

export const isSealedKey = (file: Uint8Array): boolean => fromUtf8(file).startsWith(FIRST_LINE);

/** @param variable that the passphrase came from. @throws PassphraseError; Error when the file is not a key in its usual form */
export function openKeyFile(
  origin: string,
  file: Uint8Array,
  passphrase: string | undefined,
  variable = PASSPHRASE_VARIABLE,
): SigningKey {
  if (!isSealedKey(file)) return readSigningKey(origin, file);
  const text = fromUtf8(file);
  const [, salt = "", nonce = "", sealed = ""] = FORM.exec(text) ?? [];
  const bytes = fromBase64(sealed);
  if (bytes.length <= TAG_BYTES || toBase64(bytes) !== sealed) throw new Error("sealed key is incomplete");
  if (passphrase === undefined) {
    throw new PassphraseError(`its key is sealed; set ${variable} to its passphrase`);
  }
  const decipher = createDecipheriv(
    "aes-256-gcm",
    scryptSync(passphrase, fromBase64(salt), 32, COST),
    fromBase64(nonce),
  );
  decipher.setAAD(toUtf8(text.slice(0, text.indexOf("sealed "))));
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  const pem = concat(decipher.update(bytes.subarray(0, -TAG_BYTES)));
  try {
    decipher.final();
  } catch (error) {
    const message = `the passphrase in ${variable} does not open its key`;
    throw new PassphraseError(message, { cause: error });
  }
  return readSigningKey(origin, pem);
}
