/**
 * A checkpoint's time, witnessed by somebody else: an RFC 3161 time-stamp over the signed note. Kept
 * beside the ledger as `anchor-<records>.txt` and `.tsr`; it changes nothing in the ledger, so it
 * can be taken while HELIX is writing.
 */
import { join } from "node:path";
import type { Random } from "@helix/hal";
import type { Disk } from "@helix/platform";
import { fromUtf8, toHex, toUtf8 } from "./bytes.ts";
import { OWNER_ONLY } from "./create.ts";
import type { LedgerEvent } from "./events.ts";
import { loadPolicy } from "./folder.ts";
import { sha256 } from "./hashing.ts";
import { newestCheckpoint, readMarks } from "./high-water-mark.ts";
import type { LedgerCheckpoint } from "./ledger.ts";
import { asOpenError, damaged } from "./open-error.ts";
import { POLICY_FILE } from "./policy.ts";
import { AnchorError, nonceOf, timeStampRequest } from "./time-stamp/request.ts";
import { readTimeStamp, type TimeStamp } from "./time-stamp/token.ts";

const NAME = /^(anchor-\d+)\.tsr$/;
const MARK_ATTEMPTS = 20;
const NONCE_BYTES = 8;

export interface Anchor {
  /** Without extension. */
  readonly name: string;
  /** Empty when the file is not there. */
  readonly note: string;
  /** TimeStampResp, DER. */
  readonly token: Uint8Array;
}

export interface AnchoredCheckpoint {
  readonly checkpoint: LedgerCheckpoint;
  /** Of the token, in the ledger's folder. */
  readonly file: string;
  readonly stamp: TimeStamp;
  /** False: that checkpoint had a good time-stamp already, and nobody was asked. */
  readonly isNew: boolean;
}

/**
 * @param post sends the request (application/timestamp-query) and gives back the answer's body
 * @throws LedgerOpenError; AnchorError when the answer is not a good time-stamp of this checkpoint
 */
export async function anchorLedger(options: {
  readonly folder: string;
  readonly disk: Disk;
  readonly random: Random;
  readonly post: (request: Uint8Array) => Promise<Uint8Array>;
}): Promise<AnchoredCheckpoint> {
  const { folder, disk, random, post } = options;
  const checkpoint = await newestOf(disk, folder);
  const name = `anchor-${checkpoint.records}`;
  const there = await goodStampOf(disk, folder, name, checkpoint.note);
  if (there !== undefined) return { checkpoint, file: `${name}.tsr`, stamp: there, isNew: false };
  const note = toUtf8(checkpoint.note);
  const nonce = nonceOf(random.fork(name).bytes(NONCE_BYTES));
  const token = await post(timeStampRequest(sha256(note), nonce));
  const stamp = readTimeStamp(token, note);
  if (stamp.nonce !== toHex(nonce)) throw new AnchorError("the time-stamp answers another request");
  try {
    await disk.writeFile(join(folder, `${name}.txt`), note, OWNER_ONLY);
    await disk.writeFile(join(folder, `${name}.tsr`), token, OWNER_ONLY);
  } catch (error) {
    throw asOpenError(error, folder);
  }
  return { checkpoint, file: `${name}.tsr`, stamp, isNew: true };
}

/** Puts it on record, so that nobody takes the token away unnoticed. @param reason what asked for it */
export function timeStampedEvent(
  { checkpoint, file, stamp }: AnchoredCheckpoint,
  url: string,
  reason: string,
): LedgerEvent {
  const { records, root } = checkpoint;
  const { authority, serial, utcNs } = stamp;
  return { type: "TIME_STAMPED", url, authority, records, root, stampedUtcNs: utcNs, serial, file, reason };
}

async function newestOf(disk: Disk, folder: string): Promise<LedgerCheckpoint> {
  try {
    const policy = await loadPolicy(disk, folder);
    if (policy === undefined) throw damaged(folder, `${POLICY_FILE} is not signed by the key it names`);
    const newest = newestCheckpoint(await readMarks(disk, folder, policy, MARK_ATTEMPTS));
    if (newest === undefined) throw damaged(folder, "neither mark holds a signed checkpoint");
    return newest;
  } catch (error) {
    throw asOpenError(error, folder);
  }
}

/** An earlier time-stamp says more than a later one, so it is not replaced unless it is none. */
async function goodStampOf(
  disk: Disk,
  folder: string,
  name: string,
  note: string,
): Promise<TimeStamp | undefined> {
  const anchor = (await listAnchors(disk, folder)).find((one) => one.name === name);
  if (anchor?.note !== note) return undefined;
  try {
    return readTimeStamp(anchor.token, toUtf8(note));
  } catch (error) {
    if (error instanceof AnchorError) return undefined;
    throw error;
  }
}

/** In the order of their names. */
export async function listAnchors(disk: Disk, folder: string): Promise<Anchor[]> {
  const names = await disk.list(folder);
  const anchors: Anchor[] = [];
  for (const file of names.toSorted()) {
    const name = NAME.exec(file)?.[1];
    if (name === undefined) continue;
    const isThere = names.includes(`${name}.txt`);
    const note = isThere ? fromUtf8(await disk.readFile(join(folder, `${name}.txt`))) : "";
    anchors.push({ name, note, token: await disk.readFile(join(folder, file)) });
  }
  return anchors;
}
