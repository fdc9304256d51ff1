/**
 * A socket with the manners of node:net's, over the virtual network. Held to the real one by
 * differential.test.ts: event order, error codes, half-open ends, backpressure, reuse after destroy.
 * Leaves out file descriptors, Unix sockets, onread and block lists.
 */
import { isIP } from "node:net";
import { Duplex, type DuplexOptions } from "node:stream";
import type { Host } from "../host.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { readConnectArguments } from "./connect-arguments.ts";
import { openConnection } from "./handshake.ts";
import { IdleTimer } from "./idle-timer.ts";
import { IncomingBytes } from "./incoming-bytes.ts";
import type { Network } from "./network.ts";
import type { Pipe } from "./pipe.ts";
import type { SimServer } from "./sim-server.ts";
import { nameNotFound, systemError, withCode } from "./system-error.ts";
import type { Receiver, Side, TcpConnection } from "./tcp-connection.ts";

/** What the sending system buffers before a write waits. */
const SEND_BUFFER_BYTES = 262_144;
const UNREACHABLE_AFTER_US = 3_000_000;

export interface SimSocketOptions extends DuplexOptions {
  readonly fd?: number;
  readonly handle?: unknown;
  readonly timeout?: number;
}

type WriteCallback = (error?: Error | null) => void;

export class SimSocket extends Duplex implements Receiver {
  connecting = false;
  localAddress: string | undefined = undefined;
  localPort: number | undefined = undefined;
  localFamily: string | undefined = undefined;
  remoteAddress: string | undefined = undefined;
  remotePort: number | undefined = undefined;
  remoteFamily: string | undefined = undefined;
  server: SimServer | null = null;
  readonly #network: Network;
  readonly #kernel: Kernel;
  readonly #host: Host;
  #connection: TcpConnection | undefined;
  #side: Side = 0;
  #hadConnection = false;
  #bytesRead = 0;
  #bytesWritten = 0;
  #wantsRead = false;
  #endPushed = false;
  #brokenPipe = false;
  #wasReset = false;
  #resetOnDestroy = false;
  /** Takes the bytes in the stream's place. */
  #taker: IncomingBytes | undefined;
  readonly #idle: IdleTimer;

  constructor(network: Network, options: SimSocketOptions = {}) {
    const { handle, fd, signal, ...stream } = options;
    super({ ...stream, allowHalfOpen: options.allowHalfOpen === true, emitClose: false, autoDestroy: true });
    if (fd !== undefined || handle) throw new Error("a socket over a file descriptor is not simulated");
    this.#network = network;
    this.#kernel = network.kernel;
    this.#host = network.here;
    this.#idle = new IdleTimer(network.kernel, this.#host, () => this.emit("timeout"));
    if (signal?.aborted) this.destroy(signal.reason);
    else signal?.addEventListener("abort", () => this.destroy(signal.reason), { once: true });
  }

  /** ms of silence after which `timeout` is emitted; undefined when never set, 0 when switched off. */
  get timeout(): number | undefined {
    return this.#idle.ms;
  }
  get bytesRead(): number {
    return this.#bytesRead;
  }
  get bytesWritten(): number {
    return this.#bytesWritten + this.writableLength;
  }
  get pending(): boolean {
    return this.#connection === undefined || this.connecting;
  }
  get bufferSize(): number {
    return this.writableLength;
  }
  get readyState(): string {
    if (this.connecting) return "opening";
    if (this.readable && this.writable) return "open";
    if (this.readable) return "readOnly";
    return this.writable ? "writeOnly" : "closed";
  }
  /** The host at the other end, while there is a connection. */
  get peerHost(): Host | undefined {
    return this.#connection?.hosts[this.#side === 0 ? 1 : 0];
  }

  setNoDelay(): this {
    return this;
  }
  setKeepAlive(): this {
    return this;
  }
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }

  address(): object {
    if (this.#connection === undefined) return {};
    return { address: this.localAddress, family: "IPv4", port: this.localPort };
  }

  setTimeout(ms: number, callback?: () => void): this {
    if (this.destroyed) return this;
    this.#idle.set(Number(ms));
    if (this.timeout === 0) {
      if (callback) this.removeListener("timeout", callback);
      return this;
    }
    if (callback) this.once("timeout", callback);
    return this;
  }

  connect(...args: unknown[]): this {
    const { target, callback } = readConnectArguments(args);
    if (callback) this.once("connect", callback);
    if (target.path !== undefined) throw new Error("a Unix socket is not simulated");
    const { port, host = "localhost" } = target;
    if (!(port >= 0 && port < 65536)) {
      const error = new RangeError(`options.port should be >= 0 and < 65536. Received ${port}.`);
      throw withCode(error, "ERR_SOCKET_BAD_PORT");
    }
    if (this.destroyed) this.#bornAgain();
    if (target.timeout) this.setTimeout(target.timeout);
    this.#network.station(this.#host).sockets.add(this);
    this.connecting = true;
    this.#idle.active();
    if (isIP(host)) process.nextTick(() => this.#connectTo(host, port));
    else this.#kernel.immediate("dns", () => this.#lookUp(host, port), this.#host);
    return this;
  }

  destroySoon(): void {
    if (this.writable) this.end();
    if (this.writableFinished) this.destroy();
    else this.once("finish", () => this.destroy());
  }

  resetAndDestroy(): this {
    if (this.#connection !== undefined) this.#resetOnDestroy = true;
    return this.destroy();
  }

  /** The connection is established. For the handshake and the server. */
  adopt(connection: TcpConnection, side: Side, localPort: number, remotePort: number): void {
    const [from, to] = connection.hosts;
    const [here, there] = side === 0 ? [from, to] : [to, from];
    this.#connection = connection;
    this.#side = side;
    this.localAddress = this.#network.addressSeen(here, there);
    this.localPort = localPort;
    this.localFamily = "IPv4";
    this.remoteAddress = this.#network.addressSeen(there, here);
    this.remotePort = remotePort;
    this.remoteFamily = "IPv4";
    connection.hold(side, this);
    this.#network.station(this.#host).sockets.add(this);
  }

  /** Our SYN was answered. */
  established(): void {
    this.connecting = false;
    this.#idle.active();
    this.emit("connect");
    this.emit("ready");
    if (this.readableFlowing !== false || this.#wantsRead) this.read(0);
    this.arrived();
  }

  /** The server hands the socket to its application. */
  accepted(): void {
    if (!this.isPaused()) this.read(0);
    this.arrived();
  }

  refused(code: string, address: string, port: number): void {
    if (!this.connecting || this.destroyed) return;
    this.connecting = false;
    this.destroy(systemError(code, "connect", address, port));
  }

  arrived(): void {
    if (this.#connection === undefined || this.destroyed || this.connecting) return;
    if (this.#taker !== undefined) this.#taker.wake();
    else {
      while (this.#wantsRead) {
        const chunk = this.#takeChunk();
        if (chunk === undefined) break;
        if (!this.push(chunk)) this.#wantsRead = false;
      }
    }
    this.#endIfAllTaken();
  }

  /**
   * The bytes for a reader that needs no stream, from now on in the stream's place; for our own code,
   * before anything has been read.
   */
  incomingBytes(): IncomingBytes {
    const atEnd = () => this.#endPushed;
    this.#taker = new IncomingBytes({
      take: () => {
        if (this.#connection === undefined || this.destroyed) return undefined;
        const chunk = this.#takeChunk();
        this.#endIfAllTaken();
        return chunk;
      },
      get isAtEnd() {
        return atEnd();
      },
      abandon: () => void this.destroy(),
    });
    return this.#taker;
  }

  /**
   * Sends past the stream's queue. False where that cannot be: something waits in it, the system's
   * buffer is full, or the socket is not, or no longer, one that sends; then `write` says what is the matter.
   */
  sendAtOnce(bytes: Uint8Array): boolean {
    const isOpen = this.#connection !== undefined && !this.connecting && !this.destroyed && !this.#brokenPipe;
    if (!isOpen || this.writableEnded || this.writableLength > 0) return false;
    const pipe = this.#outgoing;
    if (pipe.inFlight + bytes.length >= SEND_BUFFER_BYTES) return false;
    this.#bytesWritten += bytes.length;
    pipe.sendMessage(bytes);
    this.#idle.active();
    return true;
  }

  broken(code: string): void {
    if (this.destroyed) return;
    if (this.#endPushed) {
      // The application has read the end already: a reset shows on its next write only.
      this.#brokenPipe = true;
      return;
    }
    this.#wasReset = true;
    this.destroy(systemError(code, "read"));
  }

  powerCut(): void {
    this.#idle.stop();
    this.#connection?.powerCut(this.#side);
  }

  processKilled(): void {
    this.#idle.stop();
    this.#connection?.processKilled(this.#side);
  }

  /** Our side of the connection is gone and nobody was told. */
  forget(): void {
    this.#wasReset = true;
    this.#connection?.powerCut(this.#side);
    this.destroy(systemError("ECONNRESET", "read"));
  }

  override _read(): void {
    this.#wantsRead = true;
    if (!this.connecting) this.arrived();
  }

  override _write(chunk: Uint8Array, _encoding: string, callback: WriteCallback): void {
    this.#writeAll([chunk], callback);
  }

  override _writev(chunks: { chunk: Uint8Array }[], callback: WriteCallback): void {
    this.#writeAll(
      chunks.map((one) => one.chunk),
      callback,
    );
  }

  override _final(callback: WriteCallback): void {
    if (this.connecting) {
      this.once("connect", () => this["_final"](callback));
      return;
    }
    if (this.#connection !== undefined && !this.#outgoing.finSent) this.#outgoing.send("fin");
    this.#kernel.immediate("shutdown", () => callback(), this.#host);
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.connecting = false;
    this.#idle.stop();
    this.#network.station(this.#host).sockets.delete(this);
    this.#taker?.close(error);
    this.#leaveConnection();
    const server = this.server;
    this.#kernel.immediate(
      "close",
      () => {
        this.#endPushed = false;
        this.emit("close", error !== null);
        server?.left(this);
      },
      this.#host,
    );
    callback(error);
  }

  get #outgoing(): Pipe {
    return (this.#connection as TcpConnection).pipe(this.#side);
  }
  get #incoming(): Pipe {
    return (this.#connection as TcpConnection).pipe(this.#side === 0 ? 1 : 0);
  }

  #takeChunk(): Buffer | undefined {
    const chunk = this.#incoming.received.shift();
    if (chunk === undefined) return undefined;
    this.#bytesRead += chunk.length;
    this.#idle.active();
    return chunk;
  }

  #endIfAllTaken(): void {
    const { ended, received } = this.#incoming;
    if (!ended || received.length > 0 || this.#endPushed) return;
    this.#endPushed = true;
    this.push(null);
    this.read(0);
  }

  #leaveConnection(): void {
    if (this.#connection === undefined) return;
    this.#hadConnection = true;
    const unread = this.#incoming.received.length > 0;
    if (!this.#wasReset) {
      if (this.#resetOnDestroy || unread) this.#outgoing.send("rst");
      else if (!this.#outgoing.finSent) this.#outgoing.send("fin");
    }
    this.#incoming.received.length = 0;
    this.#connection.release(this.#side);
  }

  #writeAll(chunks: readonly Uint8Array[], callback: WriteCallback): void {
    if (this.connecting) return this.#writeOnceConnected(chunks, callback);
    if (this.#connection === undefined) {
      const error = this.#hadConnection
        ? withCode(new Error("This socket has been ended by the other party"), "EPIPE")
        : withCode(new Error("Socket is closed"), "ERR_SOCKET_CLOSED");
      return callback(error);
    }
    if (this.#brokenPipe) return callback(systemError("EPIPE", "write"));
    for (const chunk of chunks) {
      this.#bytesWritten += chunk.length;
      this.#outgoing.sendMessage(chunk);
    }
    this.#idle.active();
    if (this.#outgoing.inFlight < SEND_BUFFER_BYTES) callback();
    else this.#outgoing.whenRoom(() => callback());
  }

  #writeOnceConnected(chunks: readonly Uint8Array[], callback: WriteCallback): void {
    const onConnect = () => {
      this.off("close", onClose);
      this.#writeAll(chunks, callback);
    };
    const onClose = () => {
      this.off("connect", onConnect);
      const error = new Error("Socket closed before the connection was established");
      callback(withCode(error, "ERR_SOCKET_CLOSED_BEFORE_CONNECTION"));
    };
    this.once("connect", onConnect);
    this.once("close", onClose);
  }

  #lookUp(name: string, port: number): void {
    if (!this.connecting || this.destroyed) return;
    const found = this.#network.resolve(name, this.#host);
    if (found !== undefined) {
      this.emit("lookup", null, this.#network.addressSeen(found, this.#host), 4, name);
      openConnection(this.#network, this, this.#host, found, port);
      return;
    }
    const error = nameNotFound(name);
    this.emit("lookup", error, undefined, undefined, name);
    this.connecting = false;
    this.destroy(error);
  }

  #connectTo(address: string, port: number): void {
    if (!this.connecting || this.destroyed) return;
    const found = this.#network.resolve(address, this.#host);
    if (found !== undefined) return openConnection(this.#network, this, this.#host, found, port);
    const give = () => this.refused("EHOSTUNREACH", address, port);
    this.#kernel.after(UNREACHABLE_AFTER_US, "no-route", give, this.#host);
  }

  /** Node lets a destroyed socket connect again. */
  #bornAgain(): void {
    (this as unknown as { _undestroy(): void })["_undestroy"]();
    this.#idle.restart();
    this.#connection = undefined;
    this.#wasReset = false;
    this.#resetOnDestroy = false;
    this.#brokenPipe = false;
    this.#endPushed = false;
    this.#bytesRead = 0;
    this.#bytesWritten = 0;
  }
}
Object.defineProperty(SimSocket, "name", { value: "Socket" });
