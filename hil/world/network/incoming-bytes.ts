/**
 * What arrives on a socket, segment by segment, for one reader of our own: what `for await` over the
 * stream would give, without the stream's buffer, events and ticks on the way. Those are half of what a
 * poll of a few bytes costs.
 */
import { withCode } from "./system-error.ts";

/** The socket, as its reader sees it. */
export interface ByteSource {
  /** The oldest bytes not yet taken; undefined when none lie here. */
  take(): Uint8Array | undefined;
  /** The peer has finished, and all it sent is taken. */
  readonly isAtEnd: boolean;
  /** The reader has stopped reading. */
  abandon(): void;
}

type Step = IteratorResult<Uint8Array, undefined>;

const DONE: Step = { done: true, value: undefined };

export class IncomingBytes implements AsyncIterableIterator<Uint8Array, undefined> {
  readonly #source: ByteSource;
  /** Who asked for bytes before there were any; the oldest first. */
  readonly #waiting: PromiseWithResolvers<Step>[] = [];
  #failure: Error | undefined;
  #isOver = false;

  constructor(source: ByteSource) {
    this.#source = source;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<Step> {
    const step = this.#step();
    if (step !== undefined) return Promise.resolve(step);
    const failure = this.#failure;
    if (failure !== undefined) {
      // Thrown once; after that there is nothing more.
      this.#isOver = true;
      return Promise.reject(failure);
    }
    const waiting = Promise.withResolvers<Step>();
    this.#waiting.push(waiting);
    return waiting.promise;
  }

  async return(): Promise<Step> {
    this.#isOver = true;
    this.#source.abandon();
    return DONE;
  }

  /** Bytes have arrived, or the end. */
  wake(): void {
    while (this.#waiting.length > 0) {
      const step = this.#step();
      if (step === undefined) return;
      this.#waiting.shift()?.resolve(step);
    }
  }

  /** The socket is gone; without an error and before the end, it was closed on this side. */
  close(error: Error | null): void {
    if (this.#isOver || this.#source.isAtEnd) this.#isOver = true;
    else this.#failure = error ?? withCode(new Error("Premature close"), "ERR_STREAM_PREMATURE_CLOSE");
    for (const [place, { resolve, reject }] of this.#waiting.splice(0).entries()) {
      if (this.#failure !== undefined && place === 0) reject(this.#failure);
      else resolve(DONE);
      this.#isOver = true;
    }
  }

  #step(): Step | undefined {
    if (this.#isOver) return DONE;
    if (this.#failure !== undefined) return undefined;
    const value = this.#source.take();
    if (value !== undefined) return { done: false, value };
    if (!this.#source.isAtEnd) return undefined;
    this.#isOver = true;
    return DONE;
  }
}
