/**
 * `ledger.policy`: which ledger this is, in which format, and whose signature counts; itself a
 * signed note. Written last when a ledger is created, so a folder with it is a whole ledger.
 */
import { fromUtf8, SECTOR_BYTES, toHex } from "./bytes.ts";
import { openNote, signNote } from "./signed-note.ts";
import { parseVerifierKey, type SigningKey, type VerifierKey } from "./signing-key.ts";

export const POLICY_FILE = "ledger.policy";
export const FORMAT = 1;
const FIRST_LINE = /^helix-ledger\/([1-9]\d{0,5})\n/;

export interface LedgerPolicy {
  /** 16 bytes. */
  readonly ledgerId: Uint8Array;
  readonly key: VerifierKey;
}

export function writePolicy(ledgerId: Uint8Array, key: SigningKey): string {
  return signNote(policyText({ ledgerId, key: key.verifier }), key);
}

/** Undefined when the bytes do not start as a policy does. */
export function policyFormat(bytes: Uint8Array): number | undefined {
  const digits = FIRST_LINE.exec(fromUtf8(bytes))?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** Undefined when the bytes are not a policy of this format, signed by the key it names. */
export function readPolicy(bytes: Uint8Array): LedgerPolicy | undefined {
  const note = fromUtf8(bytes);
  const id = /^ledger ([0-9a-f]{32})$/m.exec(note)?.[1];
  const keyText = /^key (.+)$/m.exec(note)?.[1];
  if (id === undefined || keyText === undefined) return undefined;
  let key: VerifierKey;
  try {
    key = parseVerifierKey(keyText);
  } catch {
    // Whatever is wrong with the key's text, the policy cannot be trusted.
    return undefined;
  }
  const policy = { ledgerId: Uint8Array.from(Buffer.from(id, "hex")), key };
  return openNote(note, key) === policyText(policy) ? policy : undefined;
}

function policyText({ ledgerId, key }: LedgerPolicy): string {
  return `helix-ledger/${FORMAT}\nledger ${toHex(ledgerId)}\nsector ${SECTOR_BYTES}\nkey ${key.text}\n`;
}
