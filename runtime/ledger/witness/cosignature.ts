/**
 * A witness's signature under another one's checkpoint (c2sp.org/tlog-cosignature, Ed25519): the largest tree that
 * it had seen of that ledger at that time has this root. Its key is a kind of its own, so that it cannot be taken for
 * a ledger's, and whoever verifies has to know it.
 */
import { concat, equalBytes, fromBase64, toBase64, toHex, toUtf8, viewOf } from "../bytes.ts";
import { HASH_BYTES, sha256 } from "../hashing.ts";
import { noteLines } from "../signed-note.ts";
import { KEY_ID_BYTES, SIGNATURE_BYTES, type SigningKey, verifierKeyOf } from "../signing-key.ts";

/** Signature type of a timestamped Ed25519 cosignature in C2SP signed notes. */
const COSIGNATURE_TYPE = 0x04;
const TIME_BYTES = 8;
/** C2SP: a time does not exceed 2^63 - 1. */
const MAX_TIME_S = 2n ** 63n - 1n;

/** What a verifier has to know of a witness. */
export interface WitnessKey {
  readonly name: string;
  /** C2SP verifier key: `<name>+<id, 8 hex digits>+<base64>`. */
  readonly text: string;
  readonly id: Uint8Array;
  verify(message: Uint8Array, signature: Uint8Array): boolean;
}

/** The public half of a key that cosigns under its own name. */
export const witnessKeyOf = (key: SigningKey): WitnessKey =>
  witnessKey(key.verifier.origin, key.verifier.publicKey);

/** @throws Error when the text is not a witness's key whose id fits */
export function parseWitnessKey(text: string): WitnessKey {
  const [, name = "", encoded = ""] = /^([^+\s]+)\+[0-9a-f]{8}\+(\S+)$/.exec(text) ?? [];
  const bytes = fromBase64(encoded);
  if (bytes.length !== 1 + HASH_BYTES || bytes[0] !== COSIGNATURE_TYPE) {
    throw new Error(`"${text}" is not the verifier key of a witness (C2SP cosignature/v1, Ed25519)`);
  }
  const key = witnessKey(name, bytes.subarray(1));
  if (key.text !== text) throw new Error(`"${text}" has a key id that does not fit its key`);
  return key;
}

/**
 * One signature line of a note, with its newline.
 *
 * @param text the note's, without signatures
 * @param timeS seconds since 1970 UTC
 */
export function cosign(text: string, key: SigningKey, timeS: bigint): string {
  const time = new Uint8Array(TIME_BYTES);
  viewOf(time).setBigUint64(0, timeS);
  const signature = concat(witnessKeyOf(key).id, time, key.sign(cosigned(text, timeS)));
  return `\u2014 ${key.verifier.origin} ${toBase64(signature)}\n`;
}

/**
 * When this witness signed the note, seconds since 1970 UTC; undefined where it did not. Of several lines the
 * first in time counts.
 *
 * @throws CosignatureError when a line of its key is not its signature of this note
 */
export function cosignedAt(note: string, witness: WitnessKey): bigint | undefined {
  let first: bigint | undefined;
  for (const { name, bytes } of noteLines(note)?.signatures ?? []) {
    if (name !== witness.name || !equalBytes(bytes.subarray(0, KEY_ID_BYTES), witness.id)) continue;
    const timeS = timeOf(note, bytes.subarray(KEY_ID_BYTES), witness);
    if (first === undefined || timeS < first) first = timeS;
  }
  return first;
}

/** What stands where a witness's signature should, and is none. */
export class CosignatureError extends Error {
  override readonly name = "CosignatureError";
}

function timeOf(note: string, signature: Uint8Array, witness: WitnessKey): bigint {
  const text = noteLines(note)?.text ?? "";
  const timeS =
    signature.length === TIME_BYTES + SIGNATURE_BYTES ? viewOf(signature).getBigUint64(0) : undefined;
  const isGood =
    timeS !== undefined &&
    timeS <= MAX_TIME_S &&
    witness.verify(cosigned(text, timeS), signature.subarray(TIME_BYTES));
  if (isGood) return timeS;
  throw new CosignatureError(`cosignature is not ${witness.name}'s signature of this checkpoint`);
}

const cosigned = (text: string, timeS: bigint): Uint8Array =>
  toUtf8(`cosignature/v1\ntime ${timeS}\n${text}`);

function witnessKey(name: string, publicKey: Uint8Array): WitnessKey {
  const typed = concat(Uint8Array.of(COSIGNATURE_TYPE), publicKey);
  const id = sha256(concat(toUtf8(`${name}\n`), typed)).slice(0, KEY_ID_BYTES);
  const key = verifierKeyOf(name, publicKey);
  return {
    name,
    id,
    text: `${name}+${toHex(id)}+${toBase64(typed)}`,
    verify: (message, signature) => key.verify(message, signature),
  };
}
