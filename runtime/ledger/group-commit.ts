/**
 * The writing half of the ledger, in the caller's own thread. One batch is in flight at a time;
 * what arrives meanwhile forms the next one, so many callers share one datasync. The first error of
 * the disk ends it for good: after a failed datasync the system may have dropped the pages and call
 * the next one a success.
 */
import type { Cancellable, Clock } from "@helix/hal";
import { BatchQueue, type Queued, type Waiter } from "./batch-queue.ts";
import { type BatchWriter, CHECKPOINT_MS } from "./batch-writer.ts";
import { toHex } from "./bytes.ts";
import type { LedgerEvent } from "./events.ts";
import {
  type AppendOptions,
  type HandedOver,
  type Ledger,
  type LedgerCheckpoint,
  type LedgerReceipt,
  LedgerUnavailableError,
} from "./ledger.ts";
import { closedError, unavailableError } from "./open-error.ts";
import { isClassA } from "./record-codec.ts";
import type { Stamp } from "./stamp.ts";
import { Watchers } from "./watchers.ts";

export class GroupCommitLedger implements Ledger {
  readonly #folder: string;
  readonly #writer: BatchWriter;
  readonly #release: () => Promise<void>;
  readonly #stamp: Stamp;
  readonly #clock: Clock;
  readonly #queue = new BatchQueue();
  #inFlight: readonly Queued[] = [];
  /** Records of the ledger once all that was accepted so far is in it. */
  #accepted: bigint;
  /** Each waits for a checkpoint over at least that many records. */
  #checkpointWaiters: { readonly records: bigint; readonly waiter: Waiter<LedgerCheckpoint> }[] = [];
  readonly #watchers: Watchers;
  #checkpointOverdue = false;
  #timer: Cancellable | undefined;
  #pumping = false;
  #failure: LedgerUnavailableError | undefined;
  #closed: Promise<void> | undefined;

  /** @param release gives the folder back, at close */
  constructor(folder: string, writer: BatchWriter, release: () => Promise<void>, stamp: Stamp, clock: Clock) {
    this.#folder = folder;
    this.#writer = writer;
    this.#accepted = writer.records;
    this.#release = release;
    this.#stamp = stamp;
    this.#watchers = new Watchers(stamp);
    this.#clock = clock;
  }

  get failure(): LedgerUnavailableError | undefined {
    return this.#failure;
  }

  async append(
    event: LedgerEvent,
    { durability = "B", eventId }: AppendOptions = {},
  ): Promise<LedgerReceipt> {
    const { promise, resolve, reject } = Promise.withResolvers<LedgerReceipt>();
    this.#accept(event, {
      draft: this.#stamp.draft(event, durability, eventId),
      waiter: { resolve, reject },
    });
    return promise;
  }

  enqueue(event: LedgerEvent): void {
    this.#accept(event, { draft: this.#stamp.draft(event, "C"), waiter: undefined });
  }

  async checkpoint(): Promise<LedgerCheckpoint> {
    if (this.#failure !== undefined) throw this.#failure;
    return this.#requestCheckpoint();
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  watch(listener: (record: HandedOver) => void): void {
    this.#watchers.add(listener);
  }

  #accept(event: LedgerEvent, queued: Queued): void {
    if (this.#failure !== undefined) throw this.#failure;
    this.#queue.push(queued);
    const sequence = this.#accepted;
    this.#accepted += 1n;
    this.#wake();
    this.#watchers.tell(event, queued.draft, sequence);
  }

  #requestCheckpoint(): Promise<LedgerCheckpoint> {
    const { promise, resolve, reject } = Promise.withResolvers<LedgerCheckpoint>();
    this.#checkpointWaiters.push({ records: this.#accepted, waiter: { resolve, reject } });
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
        if (this.#queue.length === 0) await this.#writer.sign();
      }
    } catch (error) {
      this.#fail(error);
    }
    this.#pumping = false;
  }

  async #commit(): Promise<void> {
    const taken = this.#queue.takeBatch();
    this.#inFlight = taken;
    const first = this.#writer.records;
    const { recordHashes } = await this.#writer.commit(taken.map(({ draft }) => draft));
    const receipts = recordHashes.map((hash, i) => ({
      sequence: first + BigInt(i),
      recordHash: toHex(hash),
    }));
    const settle = (which: (record: Uint8Array) => boolean) =>
      taken.forEach(({ draft, waiter }, i) => {
        if (which(draft)) waiter?.resolve(receipts[i] as LedgerReceipt);
      });
    settle((record) => !isClassA(record));
    if (taken.some(({ draft }) => isClassA(draft))) {
      await this.#writeCheckpoint();
      settle(isClassA);
    }
    this.#inFlight = [];
    this.#writer.settle();
    if (this.#writer.checkpoint.records === this.#writer.records) return;
    this.#timer ??= this.#clock.timer(CHECKPOINT_MS, () => {
      this.#timer = undefined;
      this.#checkpointOverdue = true;
      this.#wake();
    });
  }

  #checkpointDue(): boolean {
    return (
      this.#checkpointOverdue ||
      this.#writer.needsCheckpoint ||
      this.#checkpointWaiters.some(({ records }) => records <= this.#writer.records)
    );
  }

  async #writeCheckpoint(): Promise<void> {
    const checkpoint = await this.#writer.writeCheckpoint();
    this.#checkpointOverdue = false;
    this.#timer?.cancel();
    this.#timer = undefined;
    const reached = this.#checkpointWaiters.filter(({ records }) => records <= checkpoint.records);
    this.#checkpointWaiters = this.#checkpointWaiters.filter((waiter) => !reached.includes(waiter));
    for (const { waiter } of reached) waiter.resolve(checkpoint);
  }

  #fail(error: unknown): void {
    const failure = unavailableError(this.#folder, error);
    this.#failure ??= failure;
    this.#timer?.cancel();
    this.#timer = undefined;
    for (const { waiter } of [...this.#inFlight, ...this.#queue.takeAll()]) waiter?.reject(failure);
    for (const { waiter } of this.#checkpointWaiters) waiter.reject(failure);
    this.#inFlight = [];
    this.#checkpointWaiters = [];
  }

  async #close(): Promise<void> {
    const last = this.#failure === undefined ? this.#requestCheckpoint() : undefined;
    this.#failure ??= closedError(this.#folder);
    try {
      await last;
    } finally {
      this.#timer?.cancel();
      await this.#writer.close();
      await this.#release();
    }
  }
}
