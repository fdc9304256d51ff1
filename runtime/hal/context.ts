/**
 * Everything a driver gets from its host. A driver that reaches for the globals instead (clock,
 * chance, network, environment) fails certification.
 */
import type { BackpressureSignal } from "./backpressure.ts";

export interface DriverContext {
  /** The key of the instrument in helix.toml, e.g. "brx-07". */
  readonly instrumentKey: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly net: Net;
  readonly serial: Serial;
  readonly log: Log;
  /** Fill level of the instrument's frame channel. */
  readonly backpressure: Observable<BackpressureSignal>;
  /** Folder of this instrument's own keys and certificates; created by the host. */
  readonly pkiFolder: string;
  /** Value of an environment variable that the configuration names; undefined if it is not set. */
  secret(environmentVariable: string): string | undefined;
  /** Runs a call that blocks off the event loop; the host kills a driver that blocks the loop. */
  blocking<T>(work: () => T): Promise<T>;
}

/** A value that changes; `subscribe` calls at once with the present value. */
export interface Observable<T> {
  readonly value: T;
  subscribe(listener: (value: T) => void): () => void;
}

/** Time, handed in. */
export interface Clock {
  /** ns since an arbitrary start; never goes back. */
  monotonicNs(): bigint;
  /** ns since 1970-01-01T00:00:00 UTC, leap seconds not counted (POSIX); may be stepped. */
  wallUtcNs(): bigint;
  /** Waits `ms`; rejects with the signal's reason when aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Calls back once after `ms`. */
  timer(ms: number, callback: () => void): Cancellable;
  /** Calls back every `ms`; a late call does not shift the ones after it. */
  interval(ms: number, callback: () => void): Cancellable;
}

export interface Cancellable {
  cancel(): void;
}

/** Chance, handed in. Streams forked by label are independent: a new consumer shifts no other. */
export interface Random {
  /** The same seed and the same path of labels give the same stream. */
  fork(label: string): Random;
  /** Uniform in [0, 1). */
  uniform(): number;
  /** Uniform integer in [low, high]. */
  integer(low: number, high: number): number;
  /** Standard normal. */
  normal(): number;
  bytes(length: number): Uint8Array;
}

/** Stream sockets, handed in. */
export interface Net {
  /** @throws Error with the system's `code` (ECONNREFUSED, ETIMEDOUT, ...) */
  connect(target: { host: string; port: number; signal?: AbortSignal }): Promise<Connection>;
  /** Port 0 asks for a free one. @throws Error with `code` EADDRINUSE, EACCES, ... */
  listen(
    address: { host: string; port: number },
    onConnection: (connection: Connection) => void,
  ): Promise<Listener>;
}

export interface Connection {
  readonly remote: { readonly host: string; readonly port: number };
  /** Resolves when the bytes have left our buffers. */
  write(bytes: Uint8Array): Promise<void>;
  /** Bytes as they arrive; ends when the peer has finished; throws on a reset. */
  readonly incoming: AsyncIterable<Uint8Array>;
  /** Says goodbye (FIN). */
  end(): Promise<void>;
  /** Breaks the connection (RST). */
  reset(): void;
  /** Settles when the connection is gone, whatever the cause. */
  readonly closed: Promise<void>;
}

export interface Listener {
  readonly host: string;
  readonly port: number;
  /** Stops listening; open connections stay. */
  close(): Promise<void>;
}

/** Serial lines, handed in. */
export interface Serial {
  /** @throws Error with `code` ENOENT, EACCES, EBUSY, ... */
  open(line: SerialLine): Promise<SerialConnection>;
}

export interface SerialLine {
  /** e.g. /dev/ttyUSB0, COM3 */
  readonly path: string;
  readonly baudRate: number;
  readonly dataBits: 7 | 8;
  readonly parity: "none" | "even" | "odd";
  readonly stopBits: 1 | 2;
}

export interface SerialConnection {
  /** Resolves when the bytes are on the line. */
  write(bytes: Uint8Array): Promise<void>;
  readonly incoming: AsyncIterable<Uint8Array>;
  /** Throws away what was received and not yet read; needed after a timeout. */
  discardInput(): Promise<void>;
  close(): Promise<void>;
  /** Settles when the line is gone, unplugging included. */
  readonly closed: Promise<void>;
}

/** Diagnostics for developers; what must be kept goes to the ledger by way of errors and frames. */
export interface Log {
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void;
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}
