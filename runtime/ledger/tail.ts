/**
 * Follows a live ledger from another process: reads only, without a lock. Each batch is checked
 * against the chain when it is whole; until then it is being written. Signatures come a little later,
 * with the marks: what is shown here is as it was written, and not proven yet.
 */
import { join } from "node:path";
import type { Clock } from "@helix/hal";
import type { Disk } from "@helix/platform";
import { isAllZero, SECTOR_BYTES } from "./bytes.ts";
import type { Chain } from "./chain.ts";
import { loadPolicy } from "./folder.ts";
import { asOpenError, damaged } from "./open-error.ts";
import { type LedgerPolicy, POLICY_FILE } from "./policy.ts";
import { type LedgerRecord, ledgerRecord, type StoredBytes } from "./read.ts";
import { placeOf } from "./record-codec.ts";
import { scanBatches } from "./scan.ts";
import { decodeSegmentHeader, listSegments, type SegmentFile, sameChain } from "./segment.ts";

/** The longest batch, one record of 1 MiB after nearly 1 MiB of others, is well below. */
const WINDOW_BYTES = 4 * 1024 * 1024;
const DEFAULT_POLL_MS = 50;
/** A slow read may see the start of a write and the end of a later one: damage is what stays. */
const STABLE_READS = 20;

export interface FollowOptions {
  readonly folder: string;
  readonly disk: Disk;
  readonly clock: Clock;
  /** First sequence wanted, default 0. */
  readonly from?: bigint;
  /** Ends the following. */
  readonly signal: AbortSignal;
  /** How often to look, in ms; default 50. */
  readonly pollMs?: number;
}

/** Endless until `signal` aborts. @throws LedgerOpenError when there is no ledger, or at damage */
export async function* followLedger(options: FollowOptions): AsyncGenerator<LedgerRecord> {
  const { folder, disk, clock, from = 0n, signal, pollMs = DEFAULT_POLL_MS } = options;
  try {
    const follower = await Follower.start(disk, folder, from);
    while (!signal.aborted) {
      const records = await follower.read();
      for (const record of records) {
        if (placeOf(record.bytes).sequence >= from) yield ledgerRecord(record);
        if (signal.aborted) return;
      }
      if (records.length > 0 || (await follower.advance())) continue;
      await clock.sleep(pollMs, signal).catch(() => undefined);
    }
  } catch (error) {
    throw asOpenError(error, folder);
  }
}

class Follower {
  readonly #disk: Disk;
  readonly #folder: string;
  #policy: LedgerPolicy;
  #segment: SegmentFile;
  #chain: Chain;
  #at = SECTOR_BYTES;
  /** How often in a row the same place looked damaged. */
  #strikes = 0;

  private constructor(disk: Disk, folder: string, policy: LedgerPolicy, segment: SegmentFile, chain: Chain) {
    this.#disk = disk;
    this.#folder = folder;
    this.#policy = policy;
    this.#segment = segment;
    this.#chain = chain;
  }

  /** At the start of the segment that holds record `from`, or of the last one. */
  static async start(disk: Disk, folder: string, from: bigint): Promise<Follower> {
    const policy = await policyOf(disk, folder);
    for (const segment of (await listSegments(disk, folder)).toReversed()) {
      const { chain } = await headerOf(disk, folder, segment, policy);
      if (chain.sequence <= from || segment.number === 0) {
        return new Follower(disk, folder, policy, segment, chain);
      }
    }
    throw damaged(folder, "its first segment is missing");
  }

  /** What is whole by now after what was read before. */
  async read(): Promise<StoredBytes[]> {
    const window = await this.#window();
    const records: StoredBytes[] = [];
    const { name } = this.#segment;
    const scan = scanBatches(window, 0, this.#chain, {
      signedRecords: 0n,
      onRecord: (bytes, hash, offset) => records.push({ bytes, hash, file: name, offset: this.#at + offset }),
    });
    this.#strikes = scan.problem === undefined || scan.problem.torn || scan.end > 0 ? 0 : this.#strikes + 1;
    if (scan.problem !== undefined && this.#strikes === STABLE_READS) {
      const { sequence, offset, reason } = scan.problem;
      throw damaged(this.#folder, `record ${sequence}, ${name} byte ${this.#at + offset}: ${reason}`);
    }
    this.#at += scan.end;
    return records;
  }

  /** Goes on to the next segment when there is one and this one is read to its end. */
  async advance(): Promise<boolean> {
    const next = (await listSegments(this.#disk, this.#folder)).find(
      ({ number }) => number === this.#segment.number + 1,
    );
    if (next === undefined) return false;
    if (next.epoch > this.#policy.keys.epoch) this.#policy = await policyOf(this.#disk, this.#folder);
    const { header, chain } = await headerOf(this.#disk, this.#folder, next, this.#policy);
    if (header.previous.validLength > this.#at) return false;
    if (header.previous.validLength < this.#at || !sameChain(chain, this.#chain)) {
      throw damaged(this.#folder, `${next.name} does not follow from what is before it`);
    }
    this.#segment = next;
    this.#chain = chain;
    this.#at = SECTOR_BYTES;
    return true;
  }

  async #window(): Promise<Uint8Array> {
    const file = await this.#disk.open(join(this.#folder, this.#segment.name), "read");
    try {
      const read = async (length: number) => {
        const bytes = new Uint8Array(length);
        return bytes.subarray(0, await file.read(bytes, this.#at));
      };
      // Room that was made ahead is no news, and there may be 64 MiB of it.
      const start = await read(SECTOR_BYTES);
      return isAllZero(start) ? new Uint8Array(0) : await read(WINDOW_BYTES);
    } finally {
      await file.close();
    }
  }
}

async function policyOf(disk: Disk, folder: string): Promise<LedgerPolicy> {
  const policy = await loadPolicy(disk, folder);
  if (policy === undefined) throw damaged(folder, `${POLICY_FILE} is not signed by the key it names`);
  return policy;
}

async function headerOf(disk: Disk, folder: string, segment: SegmentFile, policy: LedgerPolicy) {
  const file = await disk.open(join(folder, segment.name), "read");
  try {
    const bytes = new Uint8Array(SECTOR_BYTES);
    const start = decodeSegmentHeader(bytes.subarray(0, await file.read(bytes, 0)), policy.keys);
    if (typeof start === "string") throw damaged(folder, `${segment.name}: ${start}`);
    return start;
  } finally {
    await file.close();
  }
}
