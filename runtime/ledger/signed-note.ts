/**
 * C2SP signed notes (c2sp.org/signed-note) with one Ed25519 line, and the checkpoint they carry
 * (c2sp.org/tlog-checkpoint): origin, number of records, root of the tree. Lines of other keys or
 * types may follow later; a reader must skip those it does not know.
 */
import { concat, equalBytes, fromBase64, fromUtf8, toBase64, toHex, toUtf8 } from "./bytes.ts";
import { HASH_BYTES } from "./hashing.ts";
import type { LedgerCheckpoint } from "./ledger.ts";
import type { SigningKey, VerifierKey } from "./signing-key.ts";

const DASH = "\u2014";

/** @param text ends with a newline, has no empty line */
export function signNote(text: string, key: SigningKey): string {
  const signature = concat(key.verifier.id, key.sign(toUtf8(text)));
  return `${text}\n${DASH} ${key.verifier.origin} ${toBase64(signature)}\n`;
}

/**
 * The signed text, or undefined when the note is not signed by `key`. Strict: our line comes
 * first and base64 has one form only, so that no altered byte passes.
 */
export function openNote(note: string, key: VerifierKey): string | undefined {
  const end = note.indexOf("\n\n");
  if (end < 0 || !note.endsWith("\n")) return undefined;
  const text = note.slice(0, end + 1);
  const lines = note.slice(end + 2, -1).split("\n");
  // One line is what this format's version writes.
  if (lines.length !== 1) return undefined;
  const prefix = `${DASH} ${key.origin} `;
  const line = lines[0] as string;
  if (!line.startsWith(prefix)) return undefined;
  const encoded = line.slice(prefix.length);
  const bytes = fromBase64(encoded);
  if (toBase64(bytes) !== encoded || !equalBytes(bytes.subarray(0, key.id.length), key.id)) return undefined;
  return key.verify(toUtf8(text), bytes.subarray(key.id.length)) ? text : undefined;
}

export function signCheckpoint(records: bigint, root: Uint8Array, key: SigningKey): LedgerCheckpoint {
  const text = `${key.verifier.origin}\n${records}\n${toBase64(root)}\n`;
  return { records, root: toHex(root), note: signNote(text, key) };
}

/** Undefined when the note is not a checkpoint signed by `key`. */
export function openCheckpoint(note: string, key: VerifierKey): LedgerCheckpoint | undefined {
  const text = openNote(note, key);
  const [origin, records = "", root = "", end, ...more] = text?.split("\n") ?? [];
  if (origin !== key.origin || end !== "" || more.length > 0 || !/^(0|[1-9]\d*)$/.test(records)) {
    return undefined;
  }
  const rootBytes = fromBase64(root);
  if (rootBytes.length !== HASH_BYTES) return undefined;
  return { records: BigInt(records), root: toHex(rootBytes), note };
}

/** Text of a file that may be padded with zeros; undefined when it is not UTF-8 or has other bytes after it. */
export function unpadded(bytes: Uint8Array): string | undefined {
  const zero = bytes.indexOf(0);
  const text = fromUtf8(zero < 0 ? bytes : bytes.subarray(0, zero));
  const again = new Uint8Array(bytes.length);
  const encoded = toUtf8(text);
  if (encoded.length > bytes.length) return undefined;
  again.set(encoded);
  return equalBytes(again, bytes) ? text : undefined;
}
