/**
 * The callers' half of a ledger with a writer thread: stamps each event, puts it into shared memory
 * and settles the promises when the writer says so. What is acknowledged stands in shared counters: they are
 * looked at while somebody waits, or a message says that they moved (look-or-sleep.ts).
 */
import { getCompileCacheDir } from "node:module";
import { dirname } from "node:path";
import { Worker, type WorkerOptions } from "node:worker_threads";
import type { Clock } from "@helix/hal";
import { type Disk, nextTurn } from "@helix/platform";
import type { Waiter } from "../batch-queue.ts";
import type { LedgerEvent } from "../events.ts";
import type {
  AppendOptions,
  HandedOver,
  Ledger,
  LedgerCheckpoint,
  LedgerReceipt,
  LedgerUnavailableError,
} from "../ledger.ts";
import { closedError, unavailableError } from "../open-error.ts";
import type { Stamp } from "../stamp.ts";
import { Watchers } from "../watchers.ts";
import { LookOrSleep } from "./look-or-sleep.ts";
import type { FromWriter, WriterStart } from "./messages.ts";
import { createSharedMemory, MAX_OUTSTANDING, REQUESTS, SharedProducer } from "./shared-queue.ts";
import { SpareSegment } from "./spare-segment.ts";

/** One turn of a caller may hand over so many records before the writer is shown them. */
const MAX_UNSHOWN = 256;
/** About 1 ms in an idle event loop; a busy one does other things between two looks. */
const LOOKS = 400;

interface Waiting {
  /** Among all records ever submitted. */
  readonly index: number;
  readonly coveredFirst: boolean;
  readonly waiter: Waiter<LedgerReceipt>;
}

interface Held {
  readonly draft: Uint8Array;
  readonly coveredFirst: boolean;
  readonly waiter: Waiter<LedgerReceipt> | undefined;
}

export class ThreadedLedger implements Ledger {
  readonly #folder: string;
  readonly #stamp: Stamp;
  readonly #release: () => Promise<void>;
  readonly #spare: SpareSegment;
  readonly #worker: Worker;
  readonly #queue: SharedProducer;
  /** Sequence of the first record that this ledger submits. */
  readonly #firstSequence: bigint;
  /** Records submitted, without wrapping; and of these, how many the writer has been shown. */
  #submitted = 0;
  #shown = 0;
  /** Receipts up to here have been given. */
  #settled = 0;
  /** For durability, and then some of them for a checkpoint; both rising by index. */
  #waiting: Waiting[] = [];
  #waitingForCover: {
    readonly index: number;
    readonly receipt: LedgerReceipt;
    readonly waiter: Waiter<LedgerReceipt>;
  }[] = [];
  /** What found no room in the ring. */
  #overflow: Held[] = [];
  #checkpointWaiters: Waiter<LedgerCheckpoint>[] = [];
  /** Asked for while one is being written: that one may not cover all. */
  #nextCheckpointWaiters: Waiter<LedgerCheckpoint>[] = [];
  #wakePlanned = false;
  #keepsAlive = true;
  readonly #watchers: Watchers;
  readonly #lookOrSleep: LookOrSleep;
  #watched:
    | {
        readonly index: number;
        readonly coveredFirst: boolean;
        readonly wait: ReturnType<LookOrSleep["start"]>;
      }
    | undefined;
  #failure: LedgerUnavailableError | undefined;
  #closed: Promise<void> | undefined;
  readonly #ended = Promise.withResolvers<void>();

  /** @param release gives the folder back, at close */
  private constructor(
    start: Omit<WriterStart, "memory">,
    stamp: Stamp,
    spare: SpareSegment,
    lookOrSleep: LookOrSleep,
    release: () => Promise<void>,
    ready: PromiseWithResolvers<void>,
  ) {
    const memory = createSharedMemory();
    this.#folder = start.folder;
    this.#stamp = stamp;
    this.#watchers = new Watchers(stamp);
    this.#spare = spare;
    this.#lookOrSleep = lookOrSleep;
    this.#release = release;
    this.#firstSequence = start.chain.size;
    this.#queue = new SharedProducer(memory);
    const workerData: WriterStart = { ...start, memory };
    this.#worker = new Worker(new URL("./writer-thread.ts", import.meta.url), {
      workerData,
      name: "ledger writer",
      ...compileCache(),
    });
    this.#worker.on("message", (message: FromWriter) => {
      if (message.kind === "ready") return ready.resolve();
      this.#told(message);
      // From here on the thread keeps nobody alive, so its exit may never be told.
      if (this.#failure !== undefined) ready.reject(this.#failure.cause ?? this.#failure);
    });
    this.#worker.on("error", (error) => this.#fail(error));
    this.#worker.on("exit", () => {
      this.#fail(new Error("the writer thread has ended"));
      ready.reject(this.#failure as LedgerUnavailableError);
      this.#ended.resolve();
    });
  }

  /** Resolves when the thread is ready to write. */
  static async start(
    start: Omit<WriterStart, "memory">,
    stamp: Stamp,
    { disk, clock }: { readonly disk: Disk; readonly clock: Clock },
    release: () => Promise<void>,
  ): Promise<ThreadedLedger> {
    const ready = Promise.withResolvers<void>();
    const spare = new SpareSegment(disk, start.folder);
    await spare.removeOld();
    const ledger = new ThreadedLedger(start, stamp, spare, new LookOrSleep(clock), release, ready);
    await ready.promise;
    ledger.#keepAlive();
    return ledger;
  }

  get failure(): LedgerUnavailableError | undefined {
    return this.#failure;
  }

  // Not an async function: that is a second promise, and two turns more until its caller goes on.
  append(event: LedgerEvent, { durability = "B", eventId }: AppendOptions = {}): Promise<LedgerReceipt> {
    // What the body throws rejects the promise.
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) throw this.#failure;
      const draft = this.#stamp.draft(event, durability, eventId);
      this.#accept(event, { draft, coveredFirst: durability === "A", waiter: { resolve, reject } });
    });
  }

  enqueue(event: LedgerEvent): void {
    if (this.#failure !== undefined) throw this.#failure;
    this.#accept(event, { draft: this.#stamp.draft(event, "C"), coveredFirst: false, waiter: undefined });
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

  #accept(event: LedgerEvent, held: Held): void {
    if (this.#overflow.length > 0 || !this.#submit(held)) this.#overflow.push(held);
    if (this.#submitted - this.#shown >= MAX_UNSHOWN) this.#wake();
    else this.#planWake();
    this.#keepAlive();
    if (held.waiter !== undefined) this.#watch(held.coveredFirst);
    if (this.#watchers.none) return;
    const accepted = this.#submitted + this.#overflow.length;
    this.#watchers.tell(event, held.draft, this.#firstSequence + BigInt(accepted - 1));
  }

  #submit({ draft, coveredFirst, waiter }: Held): boolean {
    // The writer's hashes must not overwrite those that nobody has looked at yet.
    if (this.#submitted - this.#settled >= MAX_OUTSTANDING) return false;
    if (!this.#queue.submit(draft)) return false;
    if (waiter !== undefined) this.#waiting.push({ index: this.#submitted, coveredFirst, waiter });
    this.#submitted += 1;
    return true;
  }

  /** Once for all that is appended in the same turn: they then share a batch. */
  #planWake(): void {
    if (this.#wakePlanned) return;
    this.#wakePlanned = true;
    queueMicrotask(() => {
      this.#wakePlanned = false;
      this.#wake();
    });
  }

  #wake(): void {
    this.#shown = this.#submitted;
    this.#queue.wakeWriter();
  }

  /** From the first waiter until its answer; who comes meanwhile is answered on the same way. */
  #watch(coveredFirst: boolean): void {
    if (this.#watched !== undefined) return;
    // What is submitted by now, and in the overflow nothing yet: its waiter is not a measure of the disk.
    const wait = this.#lookOrSleep.start();
    this.#watched = { index: this.#submitted - 1, coveredFirst, wait };
    if (wait.way === "sleep") return;
    this.#queue.lookWithoutNews();
    nextTurn(() => this.#look(LOOKS));
  }

  #look(left: number): void {
    this.#settle();
    this.#keepAlive();
    if (left > 0 && this.#watched?.wait.way === "look") return nextTurn(() => this.#look(left - 1));
    // What the writer did since the look before must not go untold.
    this.#queue.takeNews();
    this.#settle();
    this.#keepAlive();
  }

  #endWatch(durable: number, covered: number): void {
    const watched = this.#watched;
    if (watched === undefined || watched.index >= (watched.coveredFirst ? covered : durable)) return;
    this.#watched = undefined;
    if (!watched.coveredFirst) watched.wait.end();
  }

  /** An idle ledger does not keep the process alive; one that owes somebody an answer does. */
  #keepAlive(): void {
    const owes =
      this.#settled < this.#submitted ||
      this.#overflow.length > 0 ||
      this.#waitingForCover.length > 0 ||
      this.#checkpointWaiters.length > 0 ||
      this.#nextCheckpointWaiters.length > 0;
    const keeps = owes || this.#closed !== undefined;
    if (keeps === this.#keepsAlive) return;
    this.#keepsAlive = keeps;
    if (keeps) this.#worker.ref();
    else this.#worker.unref();
  }

  #settle(): void {
    const durable = this.#unwrapped(this.#queue.durable);
    const covered = this.#unwrapped(this.#queue.covered);
    let done = 0;
    for (const { index, coveredFirst, waiter } of this.#waiting) {
      if (index >= durable) break;
      done += 1;
      const receipt = {
        sequence: this.#firstSequence + BigInt(index),
        recordHash: this.#queue.hashOf(index),
      };
      if (coveredFirst) this.#waitingForCover.push({ index, receipt, waiter });
      else waiter.resolve(receipt);
    }
    if (done > 0) this.#waiting.splice(0, done);
    this.#settled = durable;
    while (this.#waitingForCover[0] !== undefined && this.#waitingForCover[0].index < covered) {
      const first = this.#waitingForCover.shift();
      first?.waiter.resolve(first.receipt);
    }
    this.#endWatch(durable, covered);
    this.#refill();
  }

  #refill(): void {
    let moved = 0;
    for (const held of this.#overflow) {
      if (!this.#submit(held)) break;
      moved += 1;
    }
    if (moved === 0) return;
    this.#overflow.splice(0, moved);
    this.#wake();
    this.#askForNextCheckpoint();
  }

  /** A counter modulo 2^32 as the number near what was submitted. */
  #unwrapped(counter: number): number {
    const behind = ((this.#submitted >>> 0) - counter) >>> 0;
    return this.#submitted - behind;
  }

  #requestCheckpoint(): Promise<LedgerCheckpoint> {
    const { promise, resolve, reject } = Promise.withResolvers<LedgerCheckpoint>();
    this.#nextCheckpointWaiters.push({ resolve, reject });
    this.#keepAlive();
    this.#askForNextCheckpoint();
    return promise;
  }

  /** When none is on its way, and all that was appended before is in the ring. */
  #askForNextCheckpoint(): void {
    if (this.#checkpointWaiters.length > 0 || this.#overflow.length > 0) return;
    if (this.#nextCheckpointWaiters.length === 0) return;
    this.#checkpointWaiters = this.#nextCheckpointWaiters;
    this.#nextCheckpointWaiters = [];
    this.#queue.request(this.#closed === undefined ? REQUESTS.checkpoint : REQUESTS.close);
  }

  #told(message: Exclude<FromWriter, { kind: "ready" }>): void {
    if (message.kind === "failed") {
      this.#fail(Object.assign(new Error(message.message), { code: message.code }));
    } else if (message.kind === "spare-wanted") {
      void this.#makeSpare(message.bytes);
    } else if (message.kind === "news") {
      this.#queue.takeNews();
      this.#settle();
    } else if (message.kind === "checkpoint") {
      this.#settle();
      for (const waiter of this.#checkpointWaiters) waiter.resolve(message.checkpoint);
      this.#checkpointWaiters = [];
      this.#askForNextCheckpoint();
    }
    this.#keepAlive();
  }

  async #makeSpare(bytes: number): Promise<void> {
    this.#queue.spareMade(await this.#spare.make(bytes));
  }

  #fail(error: Error): void {
    const failure = unavailableError(this.#folder, error);
    this.#failure ??= failure;
    // What was made durable before the error is acknowledged; the rest is unknown.
    if (this.#waiting.length > 0) this.#settle();
    const waiting = [...this.#waiting, ...this.#waitingForCover, ...this.#overflow];
    for (const { waiter } of waiting) waiter?.reject(failure);
    for (const waiter of [...this.#checkpointWaiters, ...this.#nextCheckpointWaiters]) waiter.reject(failure);
    this.#waiting = [];
    this.#waitingForCover = [];
    this.#overflow = [];
    this.#checkpointWaiters = [];
    this.#nextCheckpointWaiters = [];
  }

  async #close(): Promise<void> {
    const failedBefore = this.#failure !== undefined;
    const last = failedBefore ? undefined : Promise.withResolvers<LedgerCheckpoint>();
    this.#failure ??= closedError(this.#folder);
    if (last !== undefined) this.#nextCheckpointWaiters.push(last);
    try {
      // `#closed` is set by then, so that what is asked for is the close.
      await Promise.resolve();
      this.#keepAlive();
      this.#askForNextCheckpoint();
      await last?.promise;
    } finally {
      await this.#ended.promise;
      await this.#spare.stop();
      await this.#release();
    }
  }
}

/**
 * The thread does not take over the cache of compiled modules by itself, and an opening would then spend
 * most of its time on the thread's modules. It looks for nothing else in its environment.
 */
function compileCache(): WorkerOptions {
  const folder = getCompileCacheDir();
  return folder === undefined ? {} : { env: { NODE_COMPILE_CACHE: dirname(folder) } };
}
