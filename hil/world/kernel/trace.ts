/**
 * The proof of a run: SHA-256 over every event (time, host, kind) and every payload in it, wire
 * bytes included, with a checkpoint every so many events so that a difference can be narrowed down.
 */
import { native } from "./native.ts";

export interface Checkpoint {
  /** Events hashed so far. */
  readonly events: number;
  readonly timeUs: number;
  /** SHA-256 up to here, in hex. */
  readonly hash: string;
}

/** One record in full, kept only inside the window that is asked for. */
export interface TraceLine {
  readonly event: number;
  readonly timeUs: number;
  readonly host: string;
  readonly kind: string;
  /** Hex; empty for the event itself. */
  readonly payload: string;
  /** Where the event was scheduled, or where the payload was produced. */
  readonly stack: string;
}

export interface TraceOptions {
  /** Events between checkpoints; default 2000. */
  readonly checkpointEvery?: number;
  /** Events, first and last, that are written in full. */
  readonly window?: readonly [number, number];
  readonly write?: (line: TraceLine) => void;
}

const BUFFER_BYTES = 65536;
/** time, host, payload length */
const HEADER_BYTES = 16;

export class Trace {
  events = 0;
  readonly checkpoints: Checkpoint[] = [];
  readonly #hash = native.createHash("sha256");
  readonly #buffer = Buffer.allocUnsafe(BUFFER_BYTES);
  #filled = 0;
  readonly #every: number;
  readonly #window: readonly [number, number] | undefined;
  readonly #write: ((line: TraceLine) => void) | undefined;

  constructor(options: TraceOptions = {}) {
    this.#every = options.checkpointEvery ?? 2000;
    this.#window = options.window;
    this.#write = options.write;
  }

  event(timeUs: number, host: { id: number; name: string } | undefined, kind: string, stack?: string): void {
    this.events += 1;
    this.#header(timeUs, host?.id ?? 0, kind, 0);
    if (this.#inWindow()) this.#line(timeUs, host, kind, "", stack ?? "");
    if (this.events % this.#every === 0) this.#checkpoint(timeUs);
  }

  /** Something that the present event carried: bytes on a wire, a log line, a fault. */
  payload(
    timeUs: number,
    host: { id: number; name: string } | undefined,
    kind: string,
    bytes: Uint8Array,
  ): void {
    this.#header(timeUs, host?.id ?? 0, kind, bytes.length);
    if (bytes.length > BUFFER_BYTES - this.#filled) this.#flush();
    if (bytes.length > BUFFER_BYTES) this.#hash.update(bytes);
    else {
      this.#buffer.set(bytes, this.#filled);
      this.#filled += bytes.length;
    }
    if (this.#inWindow()) {
      const hex = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("hex");
      this.#line(timeUs, host, kind, hex, new Error().stack ?? "");
    }
  }

  /** Hash of everything so far, in hex. */
  digest(): string {
    this.#flush();
    return this.#hash.copy().digest("hex");
  }

  /** Adds the last checkpoint and gives the final hash. */
  close(timeUs: number): string {
    this.#checkpoint(timeUs);
    return this.digest();
  }

  #checkpoint(timeUs: number): void {
    this.checkpoints.push({ events: this.events, timeUs, hash: this.digest() });
  }

  #header(timeUs: number, hostId: number, kind: string, length: number): void {
    if (this.#filled + HEADER_BYTES + kind.length > BUFFER_BYTES) this.#flush();
    const buffer = this.#buffer;
    let at = buffer.writeDoubleLE(timeUs, this.#filled);
    at = buffer.writeUInt32LE(hostId, at);
    at = buffer.writeUInt32LE(length, at);
    this.#filled = at + buffer.write(kind, at, "latin1");
  }

  #flush(): void {
    if (this.#filled === 0) return;
    this.#hash.update(this.#buffer.subarray(0, this.#filled));
    this.#filled = 0;
  }

  #inWindow(): boolean {
    const window = this.#window;
    return window !== undefined && this.events >= window[0] && this.events <= window[1];
  }

  #line(
    timeUs: number,
    host: { name: string } | undefined,
    kind: string,
    payload: string,
    stack: string,
  ): void {
    this.#write?.({ event: this.events, timeUs, host: host?.name ?? "bench", kind, payload, stack });
  }
}
