/**
 * Opens a ledger for writing, or makes one: one holder at a time, nothing touched before it is
 * certain that the folder is a ledger this version can continue.
 */
import type { Clock, Origin, Random } from "@helix/hal";
import { type Disk, isSystemPlatform, type Timekeeping } from "@helix/platform";
import { BatchWriter } from "./batch-writer.ts";
import { type BatchSector, toUtf8 } from "./bytes.ts";
import { EmergencyBackedLedger, type EmergencyPlace } from "./emergency.ts";
import { GroupCommitLedger } from "./group-commit.ts";
import { HighWaterMarkWriter } from "./high-water-mark.ts";
import { type HeldLedger, holdLedger } from "./hold.ts";
import type { Ledger } from "./ledger.ts";
import { asOpenError } from "./open-error.ts";
import { marksIn, writePolicy } from "./policy.ts";
import { SegmentWriter } from "./segment-writer.ts";
import { chainData } from "./thread/start-data.ts";
import { ThreadedLedger } from "./thread/threaded-ledger.ts";

const DEFAULT_SEGMENT_BYTES = 64 * 1024 * 1024;
/** Made while all is well: a device that is full later still takes tens of thousands of safety records. */
const EMERGENCY_ROOM_BYTES = 16 * 1024 * 1024;

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
  /** The largest a segment file gets, its room made when it is created; default 64 MiB. */
  readonly segmentBytes?: number;
  /**
   * Where a new ledger keeps its high-water marks: a folder that is there, on another device, absolute. An older
   * copy of the ledger's folder is then found out by them. A ledger keeps its place until they are moved.
   */
  readonly marks?: { readonly folder: string } | undefined;
  /**
   * What a new ledger's batches are padded to: the physical sector of its device, which is what a torn write tears.
   * 512 costs an eighth at one record a second, and is for devices that do write 512. Default 4096; a ledger keeps its own.
   */
  readonly sectorBytes?: BatchSector | undefined;
  /** Makes a segment's room when the segment is created; default on the system's disk, where that saves time later. */
  readonly preallocate?: boolean;
  /**
   * Where safety records go while the ledger cannot take them: a folder on another device, and its
   * disk when that is another one. What it took is merged at the next opening, with a deviation.
   */
  readonly emergency?: EmergencyPlace;
  /** Of `clock`: each record says its time zone and quality; without it neither is stated. */
  readonly timekeeping?: Timekeeping;
  /** The kind of plant the records are of, "physical" in production; by default not stated. */
  readonly dataOrigin?: Origin;
  /**
   * Offline root key as its C2SP verifier key: a new ledger then takes no other signing key without the
   * root's signature. A ledger keeps what it was made with.
   */
  readonly rootKey?: string | undefined;
  /** Refuses a folder without a ledger; by default one is made. */
  readonly mustExist?: boolean;
  /** Opens the key of a ledger that was made with one; a new ledger's key is sealed with it. */
  readonly passphrase?: string | undefined;
}

/**
 * @throws LedgerOpenError with one line for people; nothing on disk is changed then, except that
 *   an unfinished creation may stay unfinished
 */
export async function openLedger(options: OpenLedgerOptions): Promise<Ledger> {
  const ledger = await openMain(options);
  if (options.emergency === undefined) return ledger;
  try {
    const emergency = await openEmergency(options, options.emergency);
    return await EmergencyBackedLedger.merge(options, options.emergency, ledger, emergency);
  } catch (error) {
    await ledger.close();
    throw error;
  }
}

/** A ledger of its own, with its own key, always on this thread: it must not share a fate. */
function openEmergency(
  options: OpenLedgerOptions,
  { folder, disk }: { folder: string; disk?: Disk },
): Promise<Ledger> {
  const { origin = "helix/ledger" } = options;
  return openMain(
    {
      ...options,
      folder,
      disk: disk ?? options.disk,
      random: options.random.fork("ledger-emergency"),
      origin: `${origin}/emergency`,
      rootKey: undefined,
      marks: undefined,
      mustExist: false,
      // Of the main ledger's device.
      sectorBytes: undefined,
    },
    (emergency, held) => startInline(emergency, held, EMERGENCY_ROOM_BYTES),
  );
}

async function openMain(options: OpenLedgerOptions, start = startWriter): Promise<Ledger> {
  try {
    const held = await holdLedger(options);
    try {
      return await start(options, held);
    } catch (error) {
      await held.release();
      throw error;
    }
  } catch (error) {
    throw asOpenError(error, options.folder);
  }
}

/** A thread of its own where time and files are the system's; a virtual world stays on one. */
const startWriter = (options: OpenLedgerOptions, held: HeldLedger): Promise<Ledger> =>
  isSystemPlatform(options) ? startThread(options, held) : startInline(options, held);

function startThread(
  { folder, disk, clock, segmentBytes }: OpenLedgerOptions,
  held: HeldLedger,
): Promise<Ledger> {
  const { policy, key, chain, at, checkpoint, stamp } = held;
  const start = {
    folder,
    segmentBytes: segmentBytes ?? DEFAULT_SEGMENT_BYTES,
    policy: toUtf8(writePolicy(policy, key)),
    keyPem: toUtf8(key.pem),
    chain: chainData(chain),
    at,
    checkpoint,
  };
  return ThreadedLedger.start(start, stamp, { disk, clock }, () => held.release());
}

async function startInline(
  options: OpenLedgerOptions,
  held: HeldLedger,
  firstRoomBytes?: number,
): Promise<Ledger> {
  const { folder, disk, clock } = options;
  const { preallocate = isSystemPlatform(options) } = options;
  const maxBytes = options.segmentBytes ?? DEFAULT_SEGMENT_BYTES;
  const segmentOptions = {
    maxBytes,
    preallocate,
    ...(firstRoomBytes === undefined ? {} : { firstRoomBytes }),
  };
  const segment = await SegmentWriter.open(disk, folder, segmentOptions, held.at);
  try {
    const marks = await HighWaterMarkWriter.open(disk, marksIn(folder, held.policy), held.marks);
    const { ledgerId } = held.policy;
    const writer = new BatchWriter(
      { ledgerId, key: held.key, chain: held.chain, segment, marks },
      held.checkpoint,
      () => clock.wallUtcNs(),
    );
    return new GroupCommitLedger(folder, writer, () => held.release(), held.stamp, clock);
  } catch (error) {
    await segment.close();
    throw error;
  }
}
