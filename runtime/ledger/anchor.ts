/**
 * A checkpoint's time, witnessed by somebody else: an RFC 3161 time-stamp over the signed note. Kept
 * beside the ledger as `anchor-<records>.txt` and `.tsr`; it changes nothing in the ledger, so it
 * can be taken while HELIX is writing.
 */
import { join } from "node:path";
import type { Random } from "@helix/hal";
import type { Disk } from "@helix/platform";
import { concat, fromUtf8, toHex, toUtf8 } from "./bytes.ts";
import { OWNER_ONLY } from "./create.ts";
import { loadPolicy } from "./folder.ts";
import { sha256 } from "./hashing.ts";
import { newestCheckpoint, readMarks } from "./high-water-mark.ts";
import type { LedgerCheckpoint } from "./ledger.ts";
import { asOpenError, damaged } from "./open-error.ts";
import { POLICY_FILE } from "./policy.ts";

const NAME = /^(anchor-\d+)\.tsr$/;
const MARK_ATTEMPTS = 20;

/** The time-stamping authority did not give a token for what it was asked. */
export class AnchorError extends Error {
  override readonly name = "AnchorError";
}

export interface Anchor {
  /** Without extension. */
  readonly name: string;
  readonly note: string;
  /** TimeStampResp, DER. */
  readonly token: Uint8Array;
}

/**
 * @param post sends the request (application/timestamp-query) and gives back the answer's body
 * @throws LedgerOpenError; AnchorError when the answer is not a granted token for this checkpoint
 */
export async function anchorLedger(options: {
  readonly folder: string;
  readonly disk: Disk;
  readonly random: Random;
  readonly post: (request: Uint8Array) => Promise<Uint8Array>;
}): Promise<{ readonly checkpoint: LedgerCheckpoint; readonly file: string }> {
  const { folder, disk, random, post } = options;
  const checkpoint = await newestOf(disk, folder);
  const nonce = concat(Uint8Array.of(0x4c), random.fork(`anchor-${checkpoint.records}`).bytes(8));
  const digest = sha256(toUtf8(checkpoint.note));
  const token = await post(timeStampRequest(digest, nonce));
  checkGranted(token, digest, nonce);
  const name = `anchor-${checkpoint.records}`;
  try {
    await disk.writeFile(join(folder, `${name}.txt`), toUtf8(checkpoint.note), OWNER_ONLY);
    await disk.writeFile(join(folder, `${name}.tsr`), token, OWNER_ONLY);
  } catch (error) {
    throw asOpenError(error, folder);
  }
  return { checkpoint, file: `${name}.tsr` };
}

async function newestOf(disk: Disk, folder: string): Promise<LedgerCheckpoint> {
  try {
    const policy = await loadPolicy(disk, folder);
    if (policy === undefined) throw damaged(folder, `${POLICY_FILE} is not signed by the key it names`);
    const newest = newestCheckpoint(await readMarks(disk, folder, policy.keys, MARK_ATTEMPTS));
    if (newest === undefined) throw damaged(folder, "neither mark holds a signed checkpoint");
    return newest;
  } catch (error) {
    throw asOpenError(error, folder);
  }
}

/** Those whose note is there too. */
export async function listAnchors(disk: Disk, folder: string): Promise<Anchor[]> {
  const names = await disk.list(folder);
  const anchors: Anchor[] = [];
  for (const file of names) {
    const name = NAME.exec(file)?.[1];
    if (name === undefined || !names.includes(`${name}.txt`)) continue;
    const note = fromUtf8(await disk.readFile(join(folder, `${name}.txt`)));
    anchors.push({ name, note, token: await disk.readFile(join(folder, file)) });
  }
  return anchors;
}

/** DER: tag, length, content. */
function der(tag: number, ...content: readonly Uint8Array[]): Uint8Array {
  const body = concat(...content);
  const length = body.length < 0x80 ? [body.length] : [0x82, body.length >> 8, body.length & 0xff];
  return concat(Uint8Array.of(tag, ...length), body);
}

const [INTEGER, BOOLEAN, OCTETS, NULL, SEQUENCE] = [0x02, 0x01, 0x04, 0x05, 0x30];
/** Object identifier 2.16.840.1.101.3.4.2.1. */
const SHA_256 = Uint8Array.from(Buffer.from("0609608648016503040201", "hex"));

/** TimeStampReq (RFC 3161 section 2.4.1), asking for the authority's certificate too. */
function timeStampRequest(digest: Uint8Array, nonce: Uint8Array): Uint8Array {
  const imprint = der(SEQUENCE, der(SEQUENCE, SHA_256, der(NULL)), der(OCTETS, digest));
  const wantCertificate = der(BOOLEAN, Uint8Array.of(0xff));
  return der(SEQUENCE, der(INTEGER, Uint8Array.of(1)), imprint, der(INTEGER, nonce), wantCertificate);
}

/**
 * Status granted (0, or 1 with changes), and a token that holds our imprint and nonce. Whether the
 * authority may be trusted is for whoever checks with its certificate (`openssl ts -verify`).
 */
function checkGranted(response: Uint8Array, digest: Uint8Array, nonce: Uint8Array): void {
  const hex = toHex(response);
  const status = /^30(?:8[1-4](?:..)+?|..)30(?:81)?..0201(..)/.exec(hex)?.[1];
  if (status === undefined) throw new AnchorError("the answer is not a time-stamp response");
  if (status !== "00" && status !== "01") {
    throw new AnchorError(`the authority refused with status ${Number.parseInt(status, 16)}`);
  }
  if (!hex.includes(`0420${toHex(digest)}`) || !hex.includes(`0209${toHex(nonce)}`)) {
    throw new AnchorError("the token is not for what was asked");
  }
}
