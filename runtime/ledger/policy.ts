/**
 * `ledger.policy`: which ledger this is, in which format, and whose signature counts; itself a
 * signed note. Written last when a ledger is created, so a folder with it is a whole ledger.
 */
import { type BatchSector, fromUtf8, isBatchSector, toHex } from "./bytes.ts";
import { type KeyHistory, parseKeyHistory } from "./key-history.ts";
import { openNote, signNote } from "./signed-note.ts";
import type { SigningKey, VerifierKey } from "./signing-key.ts";

export const POLICY_FILE = "ledger.policy";
export const FORMAT = 2;
const MARKS_LINE = /^marks (.+)$/;
const FIRST_LINE = /^helix-ledger\/([1-9]\d{0,5})\n/;

export interface LedgerPolicy {
  /** 16 bytes. */
  readonly ledgerId: Uint8Array;
  readonly keys: KeyHistory;
  /** The one in use. */
  readonly key: VerifierKey;
  /** What batches are padded to, in bytes. */
  readonly sector: BatchSector;
  /** Absolute path of the folder that holds the marks; undefined: the ledger's own. */
  readonly markFolder: string | undefined;
}

/** What it takes to write one. */
type PolicyTerms = Pick<LedgerPolicy, "keys" | "sector" | "markFolder">;

/** @param key the one in use by the history's end */
export const writePolicy = (terms: PolicyTerms, key: SigningKey): string => signNote(policyText(terms), key);

/** The folder that holds the marks. */
export const marksIn = (folder: string, { markFolder }: Pick<LedgerPolicy, "markFolder">): string =>
  markFolder ?? folder;

/** Undefined when the bytes do not start as a policy does. */
export function policyFormat(bytes: Uint8Array): number | undefined {
  const digits = FIRST_LINE.exec(fromUtf8(bytes))?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** Undefined when the bytes are not a policy of this format, signed by the key it ends with. */
export function readPolicy(bytes: Uint8Array): LedgerPolicy | undefined {
  const note = fromUtf8(bytes);
  const id = /^ledger ([0-9a-f]{32})$/m.exec(note)?.[1];
  const end = note.indexOf("\n\n");
  const sector = Number(/^sector (\d+)$/m.exec(note)?.[1]);
  if (id === undefined || end < 0 || !isBatchSector(sector)) return undefined;
  const ledgerId = Uint8Array.from(Buffer.from(id, "hex"));
  const lines = note
    .slice(0, end)
    .split("\n")
    .slice(policyHead(ledgerId, sector).split("\n").length - 1);
  const markFolder = MARKS_LINE.exec(lines[0] ?? "")?.[1];
  const keys = parseKeyHistory(ledgerId, markFolder === undefined ? lines : lines.slice(1));
  if (keys === undefined) return undefined;
  // Written anew and compared, so that a policy has one form only.
  if (openNote(note, keys.current)?.text !== policyText({ keys, sector, markFolder })) return undefined;
  return { ledgerId, keys, key: keys.current, sector, markFolder };
}

const policyHead = (ledgerId: Uint8Array, sector: BatchSector): string =>
  `helix-ledger/${FORMAT}\nledger ${toHex(ledgerId)}\nsector ${sector}\n`;

function policyText({ keys, sector, markFolder }: PolicyTerms): string {
  const marks = markFolder === undefined ? "" : `marks ${markFolder}\n`;
  return `${policyHead(keys.ledgerId, sector)}${marks}${keys.text}`;
}
