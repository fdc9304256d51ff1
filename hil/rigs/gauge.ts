/**
 * Memory that a measured thread shares with the one that measures it: how far it is, what that cost, and a
 * gate at which it stands, using nothing, while it shall. So the same thread is measured alone and beside
 * another in stretches shorter than a machine changes its speed.
 */
const DONE = 0;
const CPU_SECONDS = 1;
const NUMBERS = 2;
/** Two gauges never lie in one line of a processor's cache. */
const BYTES = 128;
const OPEN = 0;
const CLOSED = 1;
const ENDED = 2;

export class Gauge {
  readonly memory: SharedArrayBuffer;
  readonly #numbers: Float64Array;
  readonly #gate: Int32Array;

  constructor(memory = new SharedArrayBuffer(BYTES)) {
    this.memory = memory;
    this.#numbers = new Float64Array(memory, 0, NUMBERS);
    this.#gate = new Int32Array(memory, NUMBERS * Float64Array.BYTES_PER_ELEMENT, 1);
  }

  /** In the unit of what is measured: virtual s, rounds. */
  get done(): number {
    return this.#numbers[DONE] ?? 0;
  }

  /** s of CPU of the measured thread, from whenever on. */
  get cpuSeconds(): number {
    return this.#numbers[CPU_SECONDS] ?? 0;
  }

  /** The thread stands the next time it passes. */
  close(): void {
    this.#set(CLOSED);
  }

  open(): void {
    this.#set(OPEN);
  }

  /** The thread may stop: nobody measures it any more. */
  end(): void {
    this.#set(ENDED);
  }

  /**
   * By the measured thread, every few ms: tells how far it is, and waits while the gate is closed.
   * @returns whether it is still measured
   */
  pass(done: number, cpuSeconds: number): boolean {
    this.#numbers[DONE] = done;
    this.#numbers[CPU_SECONDS] = cpuSeconds;
    Atomics.wait(this.#gate, 0, CLOSED);
    return Atomics.load(this.#gate, 0) !== ENDED;
  }

  #set(gate: number): void {
    Atomics.store(this.#gate, 0, gate);
    Atomics.notify(this.#gate, 0);
  }
}
