/**
 * The writing half of the ledger. One batch is in flight at a time; what arrives meanwhile forms
 * the next one, so many callers share one datasync. The first error of the disk ends it for good:
 * after a failed datasync the system may have dropped the pages and call the next one a success.
 */
import type { Cancellable, Clock } from "@helix/hal";
import type { DiskLock } from "@helix/platform";
import { batchLength, sealBatch } from "./batch-codec.ts";
import { BatchQueue, type Queued, type Waiter } from "./batch-queue.ts";
import { toHex } from "./bytes.ts";
import type { Chain } from "./chain.ts";
import type { LedgerEvent } from "./events.ts";
import type { HighWaterMarkWriter } from "./high-water-mark.ts";
import { type Ledger, type LedgerCheckpoint, type LedgerReceipt, LedgerUnavailableError } from "./ledger.ts";
import { encodeSegmentHeader, sealedAt } from "./segment.ts";
import type { SegmentWriter } from "./segment-writer.ts";
import { signCheckpoint } from "./signed-note.ts";
import type { SigningKey } from "./signing-key.ts";
import type { Stamp } from "./stamp.ts";

/** A checkpoint follows after so many records, or so long after the first one it does not cover. */
const CHECKPOINT_RECORDS = 256n;
const CHECKPOINT_MS = 1000;

/** An open ledger folder, positioned after its last record. */
export interface LedgerFiles {
  readonly folder: string;
  readonly ledgerId: Uint8Array;
  readonly key: SigningKey;
  readonly chain: Chain;
  readonly segment: SegmentWriter;
  readonly marks: HighWaterMarkWriter;
  readonly lock: DiskLock;
}

export class GroupCommitLedger implements Ledger {
  readonly #files: LedgerFiles;
  readonly #stamp: Stamp;
  readonly #clock: Clock;
  readonly #queue = new BatchQueue();
  #inFlight: readonly Queued[] = [];
  /** Each waits for a checkpoint over at least that many records. */
  #checkpointWaiters: { readonly records: bigint; readonly waiter: Waiter<LedgerCheckpoint> }[] = [];
  #checkpoint: LedgerCheckpoint;
  #checkpointOverdue = false;
  #timer: Cancellable | undefined;
  #pumping = false;
  #failure: LedgerUnavailableError | undefined;
  #closed: Promise<void> | undefined;

  /** @param checkpoint the newest that is on disk */
  constructor(files: LedgerFiles, checkpoint: LedgerCheckpoint, stamp: Stamp, clock: Clock) {
    this.#files = files;
    this.#checkpoint = checkpoint;
    this.#stamp = stamp;
    this.#clock = clock;
  }

  get failure(): LedgerUnavailableError | undefined {
    return this.#failure;
  }

  async append(event: LedgerEvent): Promise<LedgerReceipt> {
    const { promise, resolve, reject } = Promise.withResolvers<LedgerReceipt>();
    this.#accept({ content: this.#stamp.content(event, "B"), waiter: { resolve, reject } });
    return promise;
  }

  enqueue(event: LedgerEvent): void {
    this.#accept({ content: this.#stamp.content(event, "C"), waiter: undefined });
  }

  async checkpoint(): Promise<LedgerCheckpoint> {
    if (this.#failure !== undefined) throw this.#failure;
    return this.#requestCheckpoint();
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  #accept(queued: Queued): void {
    if (this.#failure !== undefined) throw this.#failure;
    this.#queue.push(queued);
    this.#wake();
  }

  #requestCheckpoint(): Promise<LedgerCheckpoint> {
    const { promise, resolve, reject } = Promise.withResolvers<LedgerCheckpoint>();
    const records = this.#files.chain.sequence + BigInt(this.#queue.length);
    this.#checkpointWaiters.push({ records, waiter: { resolve, reject } });
    this.#wake();
    return promise;
  }

  #wake(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    // Never rejects: its errors go to those who wait, and into `failure`.
    void this.#pump();
  }

  async #pump(): Promise<void> {
    // Whoever appends in the same turn joins the first batch.
    await Promise.resolve();
    try {
      while (this.#queue.length > 0 || this.#checkpointDue()) {
        if (this.#queue.length > 0) await this.#commit();
        if (this.#checkpointDue()) await this.#writeCheckpoint();
      }
    } catch (error) {
      this.#fail(error);
    }
    this.#pumping = false;
  }

  async #commit(): Promise<void> {
    const taken = this.#queue.takeBatch();
    this.#inFlight = taken;
    const { chain, segment, key } = this.#files;
    const contents = taken.map(({ content }) => content);
    if (!segment.hasRoomFor(batchLength(contents))) await this.#startSegment();
    const first = chain.sequence;
    const sealed = sealBatch(contents, chain, key);
    await segment.append(sealed.bytes);
    this.#inFlight = [];
    taken.forEach(({ waiter }, i) =>
      waiter?.resolve({
        sequence: first + BigInt(i),
        recordHash: toHex(sealed.recordHashes[i] as Uint8Array),
      }),
    );
    this.#timer ??= this.#clock.timer(CHECKPOINT_MS, () => {
      this.#timer = undefined;
      this.#checkpointOverdue = true;
      this.#wake();
    });
  }

  /** Both marks first: opening by the new segment alone then still finds a mark to hold it to. */
  async #startSegment(): Promise<void> {
    const { chain, segment, key, marks, ledgerId } = this.#files;
    const checkpoint = signCheckpoint(chain.sequence, chain.tree.root(), key);
    await marks.writeBoth(checkpoint);
    this.#checkpoint = checkpoint;
    const header = {
      number: segment.number + 1,
      ledgerId,
      createdUtcNs: this.#clock.wallUtcNs(),
      previous: sealedAt(segment.end, new Uint8Array(0)),
    };
    await segment.startNext(encodeSegmentHeader(header, chain, key));
  }

  #checkpointDue(): boolean {
    const { sequence } = this.#files.chain;
    return (
      this.#checkpointOverdue ||
      sequence - this.#checkpoint.records >= CHECKPOINT_RECORDS ||
      this.#checkpointWaiters.some(({ records }) => records <= sequence)
    );
  }

  async #writeCheckpoint(): Promise<void> {
    const { chain, key, marks } = this.#files;
    if (this.#checkpoint.records !== chain.sequence) {
      const checkpoint = signCheckpoint(chain.sequence, chain.tree.root(), key);
      await marks.write(checkpoint);
      this.#checkpoint = checkpoint;
    }
    this.#checkpointOverdue = false;
    this.#timer?.cancel();
    this.#timer = undefined;
    const reached = this.#checkpointWaiters.filter(({ records }) => records <= this.#checkpoint.records);
    this.#checkpointWaiters = this.#checkpointWaiters.filter((waiter) => !reached.includes(waiter));
    for (const { waiter } of reached) waiter.resolve(this.#checkpoint);
  }

  #fail(error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    const failure = new LedgerUnavailableError(
      `ledger ${this.#files.folder} takes no more records: ${reason}; check the disk, then restart HELIX`,
      { cause: error },
    );
    this.#failure ??= failure;
    this.#timer?.cancel();
    this.#timer = undefined;
    for (const { waiter } of [...this.#inFlight, ...this.#queue.takeAll()]) waiter?.reject(failure);
    for (const { waiter } of this.#checkpointWaiters) waiter.reject(failure);
    this.#inFlight = [];
    this.#checkpointWaiters = [];
  }

  async #close(): Promise<void> {
    const failedBefore = this.#failure !== undefined;
    const last = failedBefore ? undefined : this.#requestCheckpoint();
    this.#failure ??= new LedgerUnavailableError(`ledger ${this.#files.folder} is closed`);
    const { segment, marks, lock } = this.#files;
    try {
      await last;
    } finally {
      this.#timer?.cancel();
      // All that was promised is durable or was refused by now; closing can add nothing to that.
      await Promise.allSettled([segment.close(), marks.close()]);
      await lock.release();
    }
  }
}
