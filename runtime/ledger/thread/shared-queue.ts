/**
 * The memory that the callers' thread and the writer thread share: a ring of record drafts one way,
 * the hashes of what is durable the other way, and counters of both. The writer waits on a counter; the
 * callers' thread has an event loop, and is told by a message that there is news. One producer, one
 * consumer. Counters of records wrap at 2^32; only their differences are used.
 */
import { HASH_BYTES } from "../hashing.ts";

/** Longest draft is about 1 MiB; four of them fit. */
export const RING_BYTES = 4 * 1024 * 1024;
/** Records between the newest submitted and the oldest whose receipt is not taken. */
export const MAX_OUTSTANDING = 16384;

/** Words of the control block. */
const SUBMITTED = 0;
const DURABLE = 1;
const COVERED = 2;
const READ = 3;
const WAKE_WRITER = 4;
const NEWS_TOLD = 5;
const WRITER_SLEEPS = 6;
const REQUEST = 7;
const SPARE = 8;
const CONTROL_WORDS = 16;

/** In place of a length: the rest of the ring up to its end is not used. */
const SKIP = 0xffffffff;
const LENGTH_BYTES = 4;
/** About 100 us: who waits for one record at a time is back with the next one within that. */
const SPINS = 10_000;

/** The file of the spare belongs to the callers' thread while it is being made, else to the writer. */
const SPARE_STATES = { none: 0, making: 1, ready: 2 } as const;

/** What callers ask of the writer besides records. */
export const REQUESTS = { none: 0, checkpoint: 1, close: 2 } as const;

export interface SharedMemory {
  readonly control: SharedArrayBuffer;
  readonly ring: SharedArrayBuffer;
  readonly hashes: SharedArrayBuffer;
}

export const createSharedMemory = (): SharedMemory => ({
  control: new SharedArrayBuffer(CONTROL_WORDS * 4),
  ring: new SharedArrayBuffer(RING_BYTES),
  hashes: new SharedArrayBuffer(MAX_OUTSTANDING * HASH_BYTES),
});

const align = (length: number): number => (length + 3) & ~3;

/** The callers' end. */
export class SharedProducer {
  readonly #control: Int32Array;
  readonly #ring: Uint8Array;
  readonly #lengths: Uint32Array;
  readonly #hashes: Buffer;
  /** Bytes ever put into the ring, modulo its length. */
  #end = 0;
  #submitted = 0;

  constructor(memory: SharedMemory) {
    this.#control = new Int32Array(memory.control);
    this.#ring = new Uint8Array(memory.ring);
    this.#lengths = new Uint32Array(memory.ring);
    this.#hashes = Buffer.from(memory.hashes);
  }

  /** Records ever submitted, modulo 2^32. */
  get submitted(): number {
    return this.#submitted;
  }

  /** The writer finds it after the next `wakeWriter`. @returns false when there is no room for it now */
  submit(draft: Uint8Array): boolean {
    const needed = LENGTH_BYTES + align(draft.length);
    const start = Atomics.load(this.#control, READ);
    const used = (this.#end - start + RING_BYTES) % RING_BYTES;
    const toEdge = RING_BYTES - this.#end;
    const skipped = needed <= toEdge ? 0 : toEdge;
    // One word always stays free: full and empty would look the same.
    if (used + skipped + needed >= RING_BYTES) return false;
    if (skipped > 0) {
      this.#lengths[this.#end / 4] = SKIP;
      this.#end = 0;
    }
    this.#lengths[this.#end / 4] = draft.length;
    this.#ring.set(draft, this.#end + LENGTH_BYTES);
    this.#end = (this.#end + needed) % RING_BYTES;
    this.#submitted = (this.#submitted + 1) >>> 0;
    return true;
  }

  /** @param request one of REQUESTS; close stays asked for */
  request(request: number): void {
    Atomics.or(this.#control, REQUEST, request);
    this.wakeWriter();
  }

  /**
   * Shows it all that has been submitted. It never finds the half of what one turn hands over: a datasync
   * costs the same for a part as for all.
   */
  wakeWriter(): void {
    Atomics.store(this.#control, SUBMITTED, this.#submitted | 0);
    Atomics.add(this.#control, WAKE_WRITER, 1);
    // A call into the system, so only when somebody listens.
    if (Atomics.load(this.#control, WRITER_SLEEPS) === 1) Atomics.notify(this.#control, WAKE_WRITER);
  }

  /** Records ever durable, and ever under a synced checkpoint, modulo 2^32. */
  get durable(): number {
    return Atomics.load(this.#control, DURABLE) >>> 0;
  }

  get covered(): number {
    return Atomics.load(this.#control, COVERED) >>> 0;
  }

  /** Lower-case hex. @param index of the record among the submitted, at most MAX_OUTSTANDING old */
  hashOf(index: number): string {
    const from = (index % MAX_OUTSTANDING) * HASH_BYTES;
    return this.#hashes.toString("hex", from, from + HASH_BYTES);
  }

  /** The callers look by themselves, until `takeNews`. */
  lookWithoutNews(): void {
    Atomics.store(this.#control, NEWS_TOLD, 1);
  }

  /** Before looking at the counters, so that what changes after the look is told again. */
  takeNews(): void {
    Atomics.store(this.#control, NEWS_TOLD, 0);
  }

  /** Ends the making of the spare that the writer asked for. */
  spareMade(isReady: boolean): void {
    Atomics.store(this.#control, SPARE, isReady ? SPARE_STATES.ready : SPARE_STATES.none);
  }
}

/** The writer's end. */
export class SharedConsumer {
  readonly #control: Int32Array;
  readonly #ring: Uint8Array;
  readonly #lengths: Uint32Array;
  readonly #hashes: Uint8Array;
  #at = 0;
  #taken = 0;
  #durable = 0;

  constructor(memory: SharedMemory) {
    this.#control = new Int32Array(memory.control);
    this.#ring = new Uint8Array(memory.ring);
    this.#lengths = new Uint32Array(memory.ring);
    this.#hashes = new Uint8Array(memory.hashes);
  }

  /** The oldest drafts, within the limits; one at least if there is one. Valid until `release`. */
  take(maxRecords: number, maxBytes: number): Uint8Array[] {
    const waiting = (this.submitted - this.#taken) >>> 0;
    const drafts: Uint8Array[] = [];
    let bytes = 0;
    while (drafts.length < Math.min(waiting, maxRecords)) {
      if (this.#lengths[this.#at / 4] === SKIP) this.#at = 0;
      const length = this.#lengths[this.#at / 4] as number;
      bytes += length;
      if (drafts.length > 0 && bytes > maxBytes) break;
      const from = this.#at + LENGTH_BYTES;
      drafts.push(this.#ring.subarray(from, from + length));
      this.#at = (from + align(length)) % RING_BYTES;
    }
    this.#taken = (this.#taken + drafts.length) >>> 0;
    return drafts;
  }

  /** Records ever submitted, modulo 2^32. */
  get submitted(): number {
    return Atomics.load(this.#control, SUBMITTED) >>> 0;
  }

  /** Have all been taken that were submitted when their count was `submitted`? */
  hasTaken(submitted: number): boolean {
    return ((this.#taken - submitted) | 0) >= 0;
  }

  /** Gives back the room of all that was taken. */
  release(): void {
    Atomics.store(this.#control, READ, this.#at);
  }

  /** So many more records are on the medium. @param hashes of them, in order */
  publish(hashes: readonly Uint8Array[]): void {
    for (const hash of hashes) {
      this.#hashes.set(hash, (this.#durable % MAX_OUTSTANDING) * HASH_BYTES);
      this.#durable = (this.#durable + 1) >>> 0;
    }
    Atomics.store(this.#control, DURABLE, this.#durable | 0);
  }

  /** A synced checkpoint covers all that is durable. */
  publishCovered(): void {
    Atomics.store(this.#control, COVERED, this.#durable | 0);
  }

  /** Are the callers to be told? Not while earlier news waits for them: they will look at all of it. */
  hasUntoldNews(): boolean {
    return Atomics.exchange(this.#control, NEWS_TOLD, 1) === 0;
  }

  /** True when a spare is to be made now: none is there, none on its way. */
  startSpare(): boolean {
    const { none, making } = SPARE_STATES;
    return Atomics.compareExchange(this.#control, SPARE, none, making) === none;
  }

  get hasSpare(): boolean {
    return Atomics.load(this.#control, SPARE) === SPARE_STATES.ready;
  }

  /** It has become a segment. */
  spareUsed(): void {
    Atomics.store(this.#control, SPARE, SPARE_STATES.none);
  }

  /** What is asked for, and by that call taken. */
  takeRequest(): number {
    return Atomics.exchange(this.#control, REQUEST, REQUESTS.none);
  }

  get wakeCount(): number {
    return Atomics.load(this.#control, WAKE_WRITER);
  }

  /** Has somebody woken the writer since `wakeCount` was read? Looks a while: a wake through the system costs more. */
  wasWoken(wakeCount: number): boolean {
    for (let i = 0; i < SPINS; i++) {
      if (Atomics.load(this.#control, WAKE_WRITER) !== wakeCount) return true;
    }
    return false;
  }

  /** Blocks until somebody has woken the writer since `wakeCount` was read, or for so long. */
  sleep(wakeCount: number, ms: number): void {
    Atomics.store(this.#control, WRITER_SLEEPS, 1);
    Atomics.wait(this.#control, WAKE_WRITER, wakeCount, ms);
    Atomics.store(this.#control, WRITER_SLEEPS, 0);
  }
}
