/** A listening socket with the manners of node:net's Server, over the virtual network. */
import { EventEmitter } from "node:events";
import type { Host } from "../host.ts";
import type { Network } from "./network.ts";
import { SimSocket } from "./sim-socket.ts";
import { systemError, withCode } from "./system-error.ts";
import type { TcpConnection } from "./tcp-connection.ts";

export interface SimServerOptions {
  readonly allowHalfOpen?: boolean;
  readonly pauseOnConnect?: boolean;
}

export type ConnectionListener = (socket: SimSocket) => void;
type SocketFactory = (options: SimServerOptions) => SimSocket;

export class SimServer extends EventEmitter {
  declare listening: boolean;
  declare maxConnections: number | undefined;
  declare allowHalfOpen: boolean;
  declare pauseOnConnect: boolean;
  /** No private field: a server made by `net.Server.call(this)` never ran our constructor. */
  declare state: ServerState;

  constructor(
    network: Network,
    options?: SimServerOptions | ConnectionListener,
    listener?: ConnectionListener,
    makeSocket?: SocketFactory,
  ) {
    super();
    SimServer.initialise(this, network, options, listener, makeSocket);
  }

  /** Also for code that inherits the old way (`net.Server.call(this)`), where no constructor runs. */
  static initialise(
    server: SimServer,
    network: Network,
    options: SimServerOptions | ConnectionListener = {},
    listener?: ConnectionListener,
    makeSocket: SocketFactory = (given) => new SimSocket(network, given),
  ): void {
    const given = typeof options === "function" ? {} : options;
    const onConnection = typeof options === "function" ? options : listener;
    if (onConnection) server.on("connection", onConnection);
    server.listening = false;
    server.maxConnections = undefined;
    server.allowHalfOpen = given.allowHalfOpen === true;
    server.pauseOnConnect = given.pauseOnConnect === true;
    server.state = {
      network,
      host: network.here,
      sockets: new Set(),
      makeSocket,
      closing: false,
      bound: undefined,
    };
  }

  get connections(): number {
    return this.state.sockets.size;
  }

  listen(...args: unknown[]): this {
    const { port: asked, host, callback } = readListenArguments(args);
    const { network } = this.state;
    if (callback) this.once("listening", callback);
    if (this.listening) {
      const error = new Error("Listen method has been called more than once without closing.");
      throw withCode(error, "ERR_SERVER_ALREADY_LISTEN");
    }
    const here = network.here;
    const ports = network.station(here).listening;
    const port = asked === 0 ? network.freePort(here) : asked;
    if (ports.has(port)) {
      const error = systemError("EADDRINUSE", "listen", host ?? "::", port);
      process.nextTick(() => this.emit("error", error));
      return this;
    }
    this.state.host = here;
    this.state.bound = { address: host ?? "::", family: host?.includes(".") ? "IPv4" : "IPv6", port };
    ports.set(port, this);
    this.listening = true;
    process.nextTick(() => {
      if (this.listening) this.emit("listening");
    });
    return this;
  }

  address(): Bound | null {
    return this.state.bound ?? null;
  }

  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }

  getConnections(callback: (error: Error | null, count: number) => void): this {
    process.nextTick(callback, null, this.state.sockets.size);
    return this;
  }

  close(callback?: (error?: Error) => void): this {
    const { state } = this;
    if (callback !== undefined) {
      const notRunning = this.listening
        ? undefined
        : withCode(new Error("Server is not running."), "ERR_SERVER_NOT_RUNNING");
      this.once("close", () => (notRunning === undefined ? callback() : callback(notRunning)));
    }
    state.closing = true;
    if (this.listening && state.bound !== undefined) {
      state.network.station(state.host).listening.delete(state.bound.port);
    }
    this.listening = false;
    state.bound = undefined;
    closeWhenEmpty(this);
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise<void>((resolve) => this.close(() => resolve()));
  }

  /** A connection arrives; false when it is turned away. */
  accept(connection: TcpConnection, localPort: number, remotePort: number): boolean {
    const { state } = this;
    const [from, to] = connection.hosts;
    if (this.maxConnections !== undefined && state.sockets.size >= this.maxConnections) {
      const local = { localAddress: state.network.addressSeen(to, from), localPort, localFamily: "IPv4" };
      const remote = { remoteAddress: state.network.addressSeen(from, to), remotePort, remoteFamily: "IPv4" };
      this.emit("drop", { ...local, ...remote });
      return false;
    }
    const socket = state.host.run(() => state.makeSocket({ allowHalfOpen: this.allowHalfOpen }));
    socket.adopt(connection, 1, localPort, remotePort);
    socket.server = this;
    state.sockets.add(socket);
    if (this.pauseOnConnect) socket.pause();
    const hand = () => {
      if (socket.destroyed) return;
      this.emit("connection", socket);
      socket.accepted();
    };
    state.network.kernel.immediate("accept", hand, state.host);
    return true;
  }

  /** One of our sockets has closed. */
  left(socket: SimSocket): void {
    this.state.sockets.delete(socket);
    closeWhenEmpty(this);
  }
}
Object.defineProperty(SimServer, "name", { value: "Server" });

function closeWhenEmpty(server: SimServer): void {
  const { state } = server;
  if (server.listening || state.sockets.size > 0 || !state.closing) return;
  state.closing = false;
  process.nextTick(() => server.emit("close"));
}

interface Bound {
  readonly address: string;
  readonly family: string;
  readonly port: number;
}

interface ServerState {
  readonly network: Network;
  host: Host;
  readonly sockets: Set<SimSocket>;
  readonly makeSocket: SocketFactory;
  closing: boolean;
  bound: Bound | undefined;
}

/** listen(port, host, backlog, cb), listen(options, cb). */
function readListenArguments(args: unknown[]): { port: number; host?: string; callback?: () => void } {
  const last = args.at(-1);
  const callback = typeof last === "function" ? { callback: last as () => void } : {};
  const first = args[0];
  if (typeof first === "object" && first !== null) {
    const options = first as { port?: number; host?: string; path?: string };
    if (options.path !== undefined) throw new Error("a Unix socket is not simulated");
    const host = options.host === undefined ? {} : { host: options.host };
    return { port: Number(options.port ?? 0), ...host, ...callback };
  }
  const host = typeof args[1] === "string" ? { host: args[1] } : {};
  return { port: typeof first === "function" ? 0 : Number(first ?? 0), ...host, ...callback };
}
