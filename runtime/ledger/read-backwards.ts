/**
 * The batches of a ledger from its newest mark back to the first, without looking at what is before the ones
 * that are asked for. Each batch repeats the link of the one before it, so a batch that is found where the
 * next one starts is proven by its hash alone: by the mark, as the mark is by its signature.
 */
import { join } from "node:path";
import type { DiskFile } from "@helix/platform";
import { type Batch, decodeBatch } from "./batch-codec.ts";
import { type BatchSector, equalBytes, SECTOR_BYTES } from "./bytes.ts";
import type { Chain } from "./chain.ts";
import { linkHash } from "./hashing.ts";
import type { Mark } from "./high-water-mark.ts";
import { damaged } from "./open-error.ts";
import type { Reading, StoredBytes } from "./read.ts";
import { placeOf } from "./record-codec.ts";
import { decodeSegmentHeader, type SegmentFile, sameFrame } from "./segment.ts";

/** The longest batch, one record of 1 MiB after nearly 1 MiB of others, is well below. */
const LONGEST_BYTES = 4 * 1024 * 1024;
/** Read at once: many small batches, or the most of a long one. */
const PIECE_BYTES = 256 * 1024;

/** What the next batch must carry, before which the one that is looked for stands. */
type Follows = Pick<Chain, "sequence" | "batchNumber" | "link" | "recordHash">;

/** Where a batch ends, and what follows it. */
export interface PlaceAfter {
  readonly segment: number;
  readonly end: number;
  readonly follows: Follows;
}

export const placeOfMark = ({ point, chain }: NonNullable<Mark["resume"]>): PlaceAfter => {
  const { sequence, batchNumber, link, recordHash } = chain;
  return { segment: point.segment, end: point.end, follows: { sequence, batchNumber, link, recordHash } };
};

/** The records of each batch in order, the newest batch first. @throws LedgerOpenError at the first that is damaged or missing */
export async function* batchesBackwards(
  reading: Reading,
  from: PlaceAfter,
): AsyncGenerator<readonly StoredBytes[]> {
  const { folder, disk, segments, policy } = reading;
  let { follows, end } = from;
  for (let number = from.segment; number >= 0; number--) {
    const segment = segments.find((one) => one.number === number);
    if (segment === undefined) throw damaged(folder, `segment ${number} is missing`);
    const file = await disk.open(join(folder, segment.name), "read");
    try {
      const found = new BatchesBackwards(file, reading, segment, end);
      while (found.end > SECTOR_BYTES) {
        const { batch, records } = await found.before(follows);
        yield records;
        follows = startOf(batch);
      }
      const start = decodeSegmentHeader(await readAt(file, 0, SECTOR_BYTES), policy.keys);
      if (typeof start === "string") throw damaged(folder, `${segment.name}: ${start}`);
      if (found.end < SECTOR_BYTES || !sameFrame(start.chain, follows))
        throw damaged(folder, `${segment.name}: its header is not what its first batch follows`);
      end = start.header.previous.validLength;
    } finally {
      await file.close();
    }
  }
}

/** In one segment. */
class BatchesBackwards {
  readonly #file: DiskFile;
  readonly #folder: string;
  readonly #sector: BatchSector;
  readonly #segment: SegmentFile;
  /** What is in memory: from `#from` to `end` at least. */
  #piece: Uint8Array = new Uint8Array(0);
  #from: number;
  /** Where the batch before ends, in bytes from the start of the file. */
  end: number;

  constructor(file: DiskFile, { folder, policy }: Reading, segment: SegmentFile, end: number) {
    this.#file = file;
    this.#folder = folder;
    this.#sector = policy.sector;
    this.#segment = segment;
    this.#from = end;
    this.end = end;
  }

  async before(follows: Follows): Promise<{ batch: Batch; records: readonly StoredBytes[] }> {
    for (let length = PIECE_BYTES; ; length *= 2) {
      const batch = this.#find(follows);
      if (batch !== undefined) {
        this.end -= batch.length;
        const { name } = this.#segment;
        const records = batch.records.map(({ bytes, hash, offset }) => ({
          bytes,
          hash,
          file: name,
          offset: this.#from + offset,
        }));
        return { batch, records };
      }
      if (this.#from === SECTOR_BYTES || length > LONGEST_BYTES) throw this.#damaged(follows);
      this.#from = Math.max(SECTOR_BYTES, this.end - length);
      this.#piece = await readAt(this.#file, this.#from, this.end - this.#from);
    }
  }

  #find({ batchNumber, link, recordHash }: Follows): Batch | undefined {
    const piece = this.#piece.subarray(0, this.end - this.#from);
    for (let at = piece.length - this.#sector; at >= 0; at -= this.#sector) {
      const batch = decodeBatch(piece, at, this.#sector);
      if (typeof batch === "string" || at + batch.length !== piece.length) continue;
      const last = batch.records.at(-1);
      const follows =
        batch.number === batchNumber - 1n &&
        equalBytes(linkHash(batch.trailer), link) &&
        last !== undefined &&
        equalBytes(last.hash, recordHash);
      if (follows) return batch;
    }
    return undefined;
  }

  #damaged({ sequence }: Follows) {
    const { name } = this.#segment;
    const what = `${name}: no whole batch ends at byte ${this.end}, before record ${sequence}`;
    return damaged(this.#folder, what);
  }
}

function startOf({ number, previousLink, firstSequence, records }: Batch): Follows {
  const [first] = records;
  if (first === undefined) throw new Error("a batch without a record is none");
  return {
    sequence: firstSequence,
    batchNumber: number,
    link: previousLink,
    recordHash: placeOf(first.bytes).previousHash,
  };
}

async function readAt(file: DiskFile, position: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  return bytes.subarray(0, await file.read(bytes, position));
}
