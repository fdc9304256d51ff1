/**
 * C2SP signed notes (c2sp.org/signed-note) with one Ed25519 line of ours, and the checkpoint they
 * carry (c2sp.org/tlog-checkpoint): origin, number of records, root of the tree. Lines of other keys
 * may stand beside it.
 */
import { concat, equalBytes, fromBase64, fromUtf8, toBase64, toHex, toUtf8 } from "./bytes.ts";
import { HASH_BYTES } from "./hashing.ts";
import type { LedgerCheckpoint } from "./ledger.ts";
import { KEY_ID_BYTES, type SigningKey, type VerifierKey } from "./signing-key.ts";

const DASH = "\u2014";

/** @param text ends with a newline, has no empty line */
export function signNote(text: string, key: SigningKey): string {
  const signature = concat(key.verifier.id, key.sign(toUtf8(text)));
  return `${text}\n${DASH} ${key.verifier.origin} ${toBase64(signature)}\n`;
}

/** `\u2014 name base64`; the name as C2SP has it, without space and plus. */
const SIGNATURE_LINE = /^\u2014 ([^\s+]+) ([A-Za-z0-9+/]+={0,2})$/;

export interface OpenedNote {
  readonly text: string;
  /** Of further keys, as `name+key id`: a witness, a post-quantum key. None of them is checked here. */
  readonly otherSignatures: readonly string[];
}

/**
 * Undefined when the note is not signed by `key`, exactly once. Strict on every line, since base64 has
 * one form only; a signature of a key that is not known here is told and counts for nothing.
 */
export function openNote(note: string, key: VerifierKey): OpenedNote | undefined {
  const { text = "", signatures = [] } = noteLines(note) ?? {};
  const otherSignatures: string[] = [];
  let signed = false;
  for (const { name, bytes } of signatures) {
    const id = bytes.subarray(0, KEY_ID_BYTES);
    if (name !== key.origin || !equalBytes(id, key.id)) otherSignatures.push(`${name}+${toHex(id)}`);
    else if (signed || !key.verify(toUtf8(text), bytes.subarray(KEY_ID_BYTES))) return undefined;
    else signed = true;
  }
  return signed ? { text, otherSignatures } : undefined;
}

/** One line under a note: who says to have signed, and the key's id with the signature after it. */
export interface SignatureLine {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** The note's text and its signature lines, none of them checked; undefined when it is no signed note. */
export function noteLines(note: string): { text: string; signatures: SignatureLine[] } | undefined {
  const end = note.indexOf("\n\n");
  if (end < 0 || !note.endsWith("\n")) return undefined;
  const signatures: SignatureLine[] = [];
  for (const line of note.slice(end + 2, -1).split("\n")) {
    const [, name, encoded = ""] = SIGNATURE_LINE.exec(line) ?? [];
    const bytes = fromBase64(encoded);
    if (name === undefined || bytes.length <= KEY_ID_BYTES || toBase64(bytes) !== encoded) return undefined;
    signatures.push({ name, bytes });
  }
  return { text: note.slice(0, end + 1), signatures };
}

export function signCheckpoint(records: bigint, root: Uint8Array, key: SigningKey): LedgerCheckpoint {
  const text = `${key.verifier.origin}\n${records}\n${toBase64(root)}\n`;
  return { records, root: toHex(root), note: signNote(text, key), otherSignatures: [] };
}

/** Undefined when the note is not a checkpoint signed by `key`. */
export function openCheckpoint(note: string, key: VerifierKey): LedgerCheckpoint | undefined {
  const { text = "", otherSignatures = [] } = openNote(note, key) ?? {};
  const [origin, records = "", root = "", end, ...more] = text.split("\n");
  if (origin !== key.origin || end !== "" || more.length > 0 || !/^(0|[1-9]\d*)$/.test(records)) {
    return undefined;
  }
  const rootBytes = fromBase64(root);
  if (rootBytes.length !== HASH_BYTES) return undefined;
  return { records: BigInt(records), root: toHex(rootBytes), note, otherSignatures };
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
