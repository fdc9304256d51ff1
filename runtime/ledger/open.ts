/**
 * Opens a ledger for writing, or makes one: one holder at a time, nothing touched before it is
 * certain that the folder is a ledger this version can continue.
 */
import { dirname, join } from "node:path";
import type { Clock, Random } from "@helix/hal";
import { type Disk, type DiskLock, LockHeldError } from "@helix/platform";
import { createLedger } from "./create.ts";
import { KEY_FILE, LOCK_FILE, loadPolicy, surveyFolder } from "./folder.ts";
import { GroupCommitLedger } from "./group-commit.ts";
import { HighWaterMarkWriter, newestCheckpoint, readMarks } from "./high-water-mark.ts";
import { inspectLedger } from "./inspect.ts";
import type { Ledger } from "./ledger.ts";
import { asOpenError, damaged, LedgerOpenError } from "./open-error.ts";
import type { LedgerPolicy } from "./policy.ts";
import { recover } from "./recover.ts";
import { segmentName, segmentNumber } from "./segment.ts";
import { SegmentWriter } from "./segment-writer.ts";
import { readSigningKey, type SigningKey } from "./signing-key.ts";
import { Stamp } from "./stamp.ts";

const DEFAULT_ORIGIN = "helix/ledger";
const DEFAULT_SEGMENT_BYTES = 64 * 1024 * 1024;
/** As C2SP asks of a note's key name: no space, no plus. */
const ORIGIN = /^[^\s+]+$/;

export interface OpenLedgerOptions {
  /** Created with mode 0700 when it is not there. */
  readonly folder: string;
  readonly disk: Disk;
  readonly clock: Clock;
  /** The signing key of a new ledger comes from it: in production it must be seeded by the system. */
  readonly random: Random;
  /**
   * Name under which checkpoints are signed, `helix/<site>/<system>`; default `helix/ledger`. A
   * ledger keeps the one it was made with.
   */
  readonly origin?: string;
  /** Size at which the next segment file is started; default 64 MiB. */
  readonly segmentBytes?: number;
}

/**
 * @throws LedgerOpenError with one line for people; nothing on disk is changed then, except that
 *   an unfinished creation may stay unfinished
 */
export async function openLedger(options: OpenLedgerOptions): Promise<Ledger> {
  const { folder, disk, origin } = options;
  try {
    if (origin !== undefined && !ORIGIN.test(origin)) {
      throw new LedgerOpenError("other-origin", folder, `ledger origin "${origin}" has a space or a plus`);
    }
    if ((await surveyFolder(disk, folder)) === "absent") {
      await disk.makeFolder(folder, 0o700);
      await disk.syncFolder(dirname(folder));
    }
    const lock = await takeLock(disk, folder);
    try {
      return await openLocked(options, lock);
    } catch (error) {
      await lock.release();
      throw error;
    }
  } catch (error) {
    throw asOpenError(error, folder);
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

async function openLocked(options: OpenLedgerOptions, lock: DiskLock): Promise<Ledger> {
  const { folder, disk, clock, random } = options;
  // Asked again under the lock: another holder may have made the ledger meanwhile.
  if ((await surveyFolder(disk, folder)) !== "ledger") {
    await createLedger(disk, folder, options.origin ?? DEFAULT_ORIGIN, clock, random);
  }
  const policy = await loadPolicy(disk, folder);
  if (policy === undefined) throw damaged(folder, "ledger.policy is not signed by the key it names");
  checkOrigin(folder, policy, options.origin);
  const key = await loadKey(disk, folder, policy);
  await syncLastSegment(disk, folder);

  const found = await inspectLedger({ disk, folder, policy, from: "last", live: false });
  if (found.verdict === "CORRUPT" || found.verdict === "ROLLBACK") {
    const { sequence, file, offset, reason } = found.firstBad ?? noReason();
    throw damaged(folder, `${found.verdict} at record ${sequence}, ${file} byte ${offset}: ${reason}`);
  }
  const stamp = new Stamp(clock, random);
  const at =
    found.verdict === "TORN_TAIL"
      ? await recover(disk, folder, found, key, policy.ledgerId, clock, stamp)
      : { segment: found.lastSegment, end: found.end };

  const marks = await readMarks(disk, folder, policy.key, 0);
  const checkpoint = newestCheckpoint(marks);
  if (checkpoint === undefined) throw damaged(folder, "neither mark holds a signed checkpoint");
  const segment = await SegmentWriter.open(disk, folder, {
    maxBytes: options.segmentBytes ?? DEFAULT_SEGMENT_BYTES,
    number: at.segment,
    end: at.end,
  });
  try {
    const markWriter = await HighWaterMarkWriter.open(disk, folder, marks);
    const { ledgerId } = policy;
    const files = { folder, ledgerId, key, chain: found.chain, segment, marks: markWriter, lock };
    return new GroupCommitLedger(files, checkpoint, stamp, clock);
  } catch (error) {
    await segment.close();
    throw error;
  }
}

function checkOrigin(folder: string, { key }: LedgerPolicy, wanted: string | undefined): void {
  if (wanted === undefined || wanted === key.origin) return;
  const message = `ledger ${folder} belongs to ${key.origin}, not to ${wanted}; name that origin, or choose another folder`;
  throw new LedgerOpenError("other-origin", folder, message);
}

async function loadKey(disk: Disk, folder: string, policy: LedgerPolicy): Promise<SigningKey> {
  const path = join(folder, KEY_FILE);
  if ((await disk.stat(path)) === undefined) throw damaged(folder, `${KEY_FILE} is missing`);
  const pem = await disk.readFile(path);
  let key: SigningKey;
  try {
    key = readSigningKey(policy.key.origin, pem);
  } catch (error) {
    throw damaged(folder, `${KEY_FILE} is not the private key it was`, error);
  }
  if (key.verifier.text !== policy.key.text) {
    throw damaged(folder, `${KEY_FILE} is not the private key that ledger.policy names`);
  }
  return key;
}

/** What is read next must be what a power cut would leave, not what a cache still holds. */
async function syncLastSegment(disk: Disk, folder: string): Promise<void> {
  const last = (await disk.list(folder)).map(segmentNumber).findLast((n) => n !== undefined);
  if (last === undefined) return;
  const file = await disk.open(join(folder, segmentName(last)), "read-write");
  try {
    await file.datasync();
  } finally {
    await file.close();
  }
}

function noReason(): never {
  throw new Error("a bad verdict without its reason");
}
