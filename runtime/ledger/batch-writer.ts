/**
 * Seals batches and marks and brings them to the disk, one after the other. When, and for whom, is
 * up to its owner: the ledger in the caller's own thread, or the writer thread.
 */
import { batchLength, type SealedBatch, sealBatch } from "./batch-codec.ts";
import type { Chain } from "./chain.ts";
import { type HighWaterMarkWriter, signMark } from "./high-water-mark.ts";
import type { LedgerCheckpoint } from "./ledger.ts";
import { encodeSegmentHeader, sealedAt } from "./segment.ts";
import type { SegmentWriter } from "./segment-writer.ts";
import type { SigningKey } from "./signing-key.ts";

/** A checkpoint follows after so many records, or so long after the first one it does not cover. */
export const CHECKPOINT_RECORDS = 256n;
export const CHECKPOINT_MS = 1000;

/** Positioned after the last record. */
export interface BatchWriterFiles {
  readonly ledgerId: Uint8Array;
  readonly key: SigningKey;
  readonly chain: Chain;
  readonly segment: SegmentWriter;
  readonly marks: HighWaterMarkWriter;
}

export class BatchWriter {
  readonly #files: BatchWriterFiles;
  readonly #wallUtcNs: () => bigint;
  #checkpoint: LedgerCheckpoint;
  /** The newest one signed; it may not be synced yet. */
  #signed: LedgerCheckpoint;
  /** Durable, and not yet in the tree. */
  #unsettled: readonly Uint8Array[] = [];

  /**
   * @param checkpoint the newest that is on disk
   * @param wallUtcNs ns since 1970 UTC, for the headers of segments
   */
  constructor(files: BatchWriterFiles, checkpoint: LedgerCheckpoint, wallUtcNs: () => bigint) {
    this.#files = files;
    this.#checkpoint = checkpoint;
    this.#signed = checkpoint;
    this.#wallUtcNs = wallUtcNs;
  }

  /** Records so far. */
  get records(): bigint {
    return this.#files.chain.sequence;
  }

  /** The newest one on the medium. */
  get checkpoint(): LedgerCheckpoint {
    return this.#checkpoint;
  }

  get isSigned(): boolean {
    return this.#signed.records === this.records;
  }

  get needsCheckpoint(): boolean {
    return this.records - this.#checkpoint.records >= CHECKPOINT_RECORDS;
  }

  /** Resolves when the records are on the medium. @param drafts one at least */
  async commit(drafts: readonly Uint8Array[]): Promise<SealedBatch> {
    this.settle();
    const { chain, segment, key } = this.#files;
    if (!segment.hasRoomFor(batchLength(drafts, chain.sector))) await this.#startSegment();
    const sealed = sealBatch(drafts, chain, key);
    await segment.append(sealed.bytes);
    this.#unsettled = sealed.records;
    return sealed;
  }

  /** Puts what is durable into the tree: after the acknowledgement, which need not wait for it. */
  settle(): void {
    for (const record of this.#unsettled) this.#files.chain.addLeaf(record);
    this.#unsettled = [];
  }

  /**
   * Signs what is durable: for a moment in which nobody waits, since an acknowledgement does not. From
   * then on the newest records are proven to every reader; a power cut may still take the mark.
   */
  async sign(): Promise<void> {
    if (this.isSigned) return;
    const { checkpoint, bytes } = this.#signMark();
    await this.#files.marks.write(bytes);
    this.#signed = checkpoint;
  }

  /** Resolves with a checkpoint over all records, on the medium. */
  async writeCheckpoint(): Promise<LedgerCheckpoint> {
    if (this.#checkpoint.records === this.records) return this.#checkpoint;
    await this.sign();
    await this.#files.marks.sync();
    this.#checkpoint = this.#signed;
    return this.#checkpoint;
  }

  async close(): Promise<void> {
    // All that was promised is durable or was refused by now; closing can add nothing to that.
    await Promise.allSettled([this.#files.segment.close(), this.#files.marks.close()]);
  }

  /** Both marks first: opening by the new segment alone then still finds a mark to hold it to. */
  async #startSegment(): Promise<void> {
    const { chain, segment, key, marks, ledgerId } = this.#files;
    const { checkpoint, bytes } = this.#signMark();
    await marks.writeBoth(bytes);
    this.#checkpoint = checkpoint;
    this.#signed = checkpoint;
    const { epoch, end } = segment.at;
    const header = {
      number: segment.at.segment + 1,
      epoch,
      ledgerId,
      createdUtcNs: this.#wallUtcNs(),
      previous: sealedAt(end, new Uint8Array(0)),
    };
    await segment.startNext(encodeSegmentHeader(header, chain, key), epoch);
  }

  #signMark() {
    this.settle();
    const { chain, segment, key, ledgerId } = this.#files;
    return signMark(segment.at, ledgerId, chain, key);
  }
}
