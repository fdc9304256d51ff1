/**
 * Takes a ledger's folder for one holder, checks it, and brings it to where the next record goes:
 * makes it when it is not there, sets a torn end aside, finishes a key rotation that a crash cut short.
 */
import { dirname, join } from "node:path";
import type { Clock, Random } from "@helix/hal";
import { type Disk, type DiskLock, LockHeldError } from "@helix/platform";
import { type BatchSector, SECTOR_BYTES } from "./bytes.ts";
import type { Chain } from "./chain.ts";
import { createLedger } from "./create.ts";
import type { LedgerEvent } from "./events.ts";
import { LOCK_FILE, loadPolicy, surveyFolder } from "./folder.ts";
import { type Mark, newestCheckpoint, readMarks } from "./high-water-mark.ts";
import { type Inspection, inspectLedger } from "./inspect.ts";
import { keyFile, openKeyFile, PASSPHRASE_VARIABLE, PassphraseError } from "./key-file.ts";
import { rewriteSinceMark, syncLastSegment } from "./last-segment.ts";
import type { LedgerCheckpoint } from "./ledger.ts";
import {
  checkMarkPath,
  checkMarksKept,
  checkNewMarkFolder,
  type MarksMove,
  type MarksPlan,
  planMove,
} from "./mark-folder.ts";
import { damaged, LedgerOpenError } from "./open-error.ts";
import { type LedgerPolicy, marksIn } from "./policy.ts";
import { quarantine } from "./recover.ts";
import type { ResumePoint } from "./resume-point.ts";
import { parseRootKey, rootKeyError } from "./root-key.ts";
import { type RotatedBy, rotationEvents } from "./rotate.ts";
import { sealedAt } from "./segment.ts";
import type { SigningKey, VerifierKey } from "./signing-key.ts";
import { Stamp, type StampSource } from "./stamp.ts";
import { startSegmentWith } from "./start-segment.ts";

const DEFAULT_ORIGIN = "helix/ledger";
/** As C2SP asks of a note's key name: no space, no plus. */
const ORIGIN = /^[^\s+]+$/;

export interface HoldOptions extends StampSource {
  readonly folder: string;
  readonly disk: Disk;
  readonly clock: Clock;
  readonly random: Random;
  readonly origin?: string;
  readonly passphrase?: string | undefined;
  /** C2SP verifier key without which a new ledger's key cannot be replaced; a ledger keeps what it was made with. */
  readonly rootKey?: string | undefined;
  /** Where a new ledger keeps its marks. */
  readonly marks?: { readonly folder: string } | undefined;
  /** What a new ledger's batches are padded to; default 4096. */
  readonly sectorBytes?: BatchSector | undefined;
  /** Takes the marks elsewhere. */
  readonly move?: MarksMove;
  /** Refuses a folder without a ledger; by default one is made. */
  readonly mustExist?: boolean;
  /** Who has just replaced the key. */
  readonly rotatedBy?: RotatedBy;
}

/** A ledger under its lock, in order, after its last record. */
export interface HeldLedger {
  readonly policy: LedgerPolicy;
  readonly key: SigningKey;
  readonly chain: Chain;
  readonly at: ResumePoint;
  readonly marks: readonly Mark[];
  /** The newest on disk. */
  readonly checkpoint: LedgerCheckpoint;
  readonly stamp: Stamp;
  release(): Promise<void>;
}

/** @throws LedgerOpenError; or the system's error */
export async function holdLedger(options: HoldOptions): Promise<HeldLedger> {
  const { folder, disk, origin } = options;
  if (origin !== undefined && !ORIGIN.test(origin)) {
    throw new LedgerOpenError("other-origin", folder, `ledger origin "${origin}" has a space or a plus`);
  }
  if (options.passphrase === "") {
    // A key under it would look sealed, and anybody could open it.
    const message = `ledger ${folder} stays shut: its passphrase is empty; set ${PASSPHRASE_VARIABLE} to one, or unset it; nothing was changed`;
    throw new LedgerOpenError("passphrase", folder, message);
  }
  if (options.marks !== undefined) checkMarkPath(folder, options.marks.folder);
  const root = options.rootKey === undefined ? undefined : parseRootKey(folder, options.rootKey);
  if (options.mustExist) await loadPolicy(disk, folder);
  const state = await surveyFolder(disk, folder);
  if (state !== "ledger" && options.marks) await checkNewMarkFolder(disk, folder, options.marks.folder);
  if (state === "absent") {
    await disk.makeFolder(folder, 0o700);
    await disk.syncFolder(dirname(folder));
  }
  const lock = await takeLock(disk, folder);
  try {
    return await holdLocked(options, root, lock);
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function takeLock(disk: Disk, folder: string): Promise<DiskLock> {
  try {
    return await disk.lock(join(folder, LOCK_FILE));
  } catch (error) {
    if (!(error instanceof LockHeldError)) throw error;
    const holder = error.holderPid === undefined ? "another process" : `process ${error.holderPid}`;
    const message = `ledger ${folder} is in use by ${holder}; stop that one first, or choose another folder`;
    throw new LedgerOpenError("in-use", folder, message, error);
  }
}

async function holdLocked(
  options: HoldOptions,
  root: VerifierKey | undefined,
  lock: DiskLock,
): Promise<HeldLedger> {
  const { folder, disk, clock, random, passphrase } = options;
  const markFolder = options.marks?.folder;
  // Asked again under the lock: another holder may have made the ledger meanwhile.
  if ((await surveyFolder(disk, folder)) !== "ledger") {
    const { origin = DEFAULT_ORIGIN, sectorBytes: sector = SECTOR_BYTES } = options;
    await createLedger(disk, folder, { origin, passphrase, root, markFolder, sector }, clock, random);
  }
  let policy = await loadPolicy(disk, folder);
  if (policy === undefined) throw damaged(folder, "ledger.policy is not signed by the key it names");
  checkOrigin(folder, policy, options.origin);
  checkMarksKept(folder, policy, markFolder);
  if (root !== undefined && root.text !== policy.keys.root?.text) {
    const has = policy.keys.root === undefined ? "no root key" : `the root key ${policy.keys.root.text}`;
    throw rootKeyError(folder, `ledger ${folder} was made with ${has}; leave out the other one`);
  }
  const key = await loadKey(disk, folder, policy, passphrase);
  await syncLastSegment(disk, folder);

  const plan = options.move && (await planMove(disk, folder, policy, options.move));
  const how = plan ? { from: plan.from, marks: plan.marks } : { from: "last" as const };
  const found = await inspectLedger({ disk, folder, policy, live: false, secret: key, ...how });
  if (found.verdict === "CORRUPT" || found.verdict === "ROLLBACK") {
    const { sequence, file, offset, reason } = found.firstBad ?? noReason();
    throw damaged(folder, `${found.verdict} at record ${sequence}, ${file} byte ${offset}: ${reason}`);
  }
  await rewriteSinceMark(disk, folder, found);
  const stamp = new Stamp(clock, random, options);
  const at = await bringUp(options, policy, key, found, stamp, plan);
  if (plan !== undefined) policy = await plan.settle(key);
  const marks = await readMarks(disk, folder, policy, 0);
  const checkpoint = newestCheckpoint(marks);
  if (checkpoint === undefined) throw damaged(folder, "neither mark holds a signed checkpoint");
  return { policy, key, chain: found.chain, at, marks, checkpoint, stamp, release: () => lock.release() };
}

/** A new segment when something has to be told first. Moves the inspection's chain. */
async function bringUp(
  { disk, folder, clock, rotatedBy }: HoldOptions,
  policy: LedgerPolicy,
  key: SigningKey,
  found: Inspection,
  stamp: Stamp,
  plan: MarksPlan | undefined,
): Promise<ResumePoint> {
  const { number, epoch } = found.lastSegment;
  const events: LedgerEvent[] = found.verdict === "TORN_TAIL" ? await quarantine(disk, folder, found) : [];
  if (epoch < policy.keys.epoch) events.push(...rotationEvents(policy.keys, rotatedBy));
  if (plan !== undefined) events.push(plan.event);
  if (events.length === 0) return { segment: number, epoch, end: found.end, crc: found.crc };
  const header = {
    number: number + 1,
    epoch: policy.keys.epoch,
    ledgerId: policy.ledgerId,
    createdUtcNs: clock.wallUtcNs(),
    previous: sealedAt(found.end, found.tail),
  };
  const drafts = events.map((event) => stamp.draft(event, "B"));
  return startSegmentWith(
    disk,
    folder,
    header,
    drafts,
    found.chain,
    key,
    plan?.to ?? marksIn(folder, policy),
  );
}

function checkOrigin(folder: string, { key }: LedgerPolicy, wanted: string | undefined): void {
  if (wanted === undefined || wanted === key.origin) return;
  const message = `ledger ${folder} belongs to ${key.origin}, not to ${wanted}; name that origin, or choose another folder`;
  throw new LedgerOpenError("other-origin", folder, message);
}

async function loadKey(
  disk: Disk,
  folder: string,
  policy: LedgerPolicy,
  passphrase: string | undefined,
): Promise<SigningKey> {
  const name = keyFile(policy.keys.epoch);
  const path = join(folder, name);
  if ((await disk.stat(path)) === undefined) throw damaged(folder, `${name} is missing`);
  const file = await disk.readFile(path);
  let key: SigningKey;
  try {
    key = openKeyFile(policy.key.origin, file, passphrase);
  } catch (error) {
    if (!(error instanceof PassphraseError))
      throw damaged(folder, `${name} is not the private key it was`, error);
    const message = `ledger ${folder} stays shut: ${error.message}; nothing was changed`;
    throw new LedgerOpenError("passphrase", folder, message, error);
  }
  if (key.verifier.text !== policy.key.text) {
    throw damaged(folder, `${name} is not the private key that ledger.policy names`);
  }
  return key;
}

function noReason(): never {
  throw new Error("a bad verdict without its reason");
}
