/**
 * The plant's network: hosts with addresses and names, a link each way between any two, who listens
 * where. Leaves out UDP, multicast, IPv6 and TLS.
 */
import type { Random } from "@helix/hal";
import { Host } from "../host.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { Link, type LinkSettings, LOCAL_NETWORK, LOOPBACK } from "./link.ts";
import type { Segment } from "./pipe.ts";
import type { SimServer } from "./sim-server.ts";
import type { SimSocket } from "./sim-socket.ts";

const FIRST_FREE_PORT = 40_000;
const LAST_FREE_PORT = 60_999;
const LOOPBACK_ADDRESS = "127.0.0.1";
const HERE: ReadonlySet<string> = new Set(["localhost", "127.0.0.1", "::1", "0.0.0.0", "::", ""]);

/** What the network knows of one host. */
interface Station {
  readonly host: Host;
  readonly listening: Map<number, SimServer>;
  readonly sockets: Set<SimSocket>;
  readonly links: Map<Host, Link>;
  nextPort: number;
}

export class Network {
  readonly kernel: Kernel;
  /** Where code runs that belongs to no other host. */
  readonly localhost: Host;
  readonly statistics = { segments: 0, bytes: 0, resets: 0, connections: 0 };
  readonly #random: Random;
  readonly #stations = new Map<Host, Station>();
  readonly #byName = new Map<string, Host>();

  constructor(kernel: Kernel, random: Random) {
    this.kernel = kernel;
    this.#random = random;
    this.localhost = this.addHost("localhost", LOOPBACK_ADDRESS);
  }

  get hosts(): Host[] {
    return [...this.#stations.keys()];
  }

  /** @throws Error when the name or the address is taken */
  addHost(name: string, address?: string): Host {
    const id = this.#stations.size + 1;
    const ip = address ?? `10.0.${(id >> 8) & 255}.${id & 255}`;
    for (const key of [name, ip]) {
      if (this.#byName.has(key)) throw new Error(`the world already has a host ${key}`);
    }
    const host = new Host(this.kernel, { id, name, address: ip, random: this.#random.fork(`host:${name}`) });
    this.#byName.set(name, host).set(ip, host);
    this.#stations.set(host, {
      host,
      listening: new Map(),
      sockets: new Set(),
      links: new Map(),
      nextPort: FIRST_FREE_PORT,
    });
    host.attach({
      powerCut: () => this.#dropSockets(host, (socket) => socket.powerCut()),
      processKilled: () => this.#dropSockets(host, (socket) => socket.processKilled()),
    });
    return host;
  }

  /** The host whose code runs. */
  get here(): Host {
    return this.kernel.currentHost ?? this.localhost;
  }

  /** Host by name or address as seen from `from`; undefined when there is none. */
  resolve(name: string, from: Host): Host | undefined {
    return HERE.has(name) ? from : this.#byName.get(name);
  }

  /** Under which address `from` sees `to`: a host reaches itself by the loopback. */
  addressSeen(to: Host, from: Host): string {
    return to === from ? LOOPBACK_ADDRESS : to.address;
  }

  /** The way from one host to another; it exists from the first time it is asked for. */
  link(from: Host, to: Host): Link {
    const links = this.station(from).links;
    let link = links.get(to);
    if (link === undefined) {
      const random = this.#random.fork(`link:${from.name}->${to.name}`);
      link = new Link(from === to ? LOOPBACK : LOCAL_NETWORK, random);
      links.set(to, link);
    }
    return link;
  }

  /** Changes both ways between two hosts. */
  change(a: Host, b: Host, settings: Partial<LinkSettings>): void {
    this.kernel.noteText("link", `${a.name} <-> ${b.name} ${JSON.stringify(settings)}`);
    this.link(a, b).change(settings);
    this.link(b, a).change(settings);
  }

  /** Changes the way from `from` to `to` alone. */
  changeOneWay(from: Host, to: Host, settings: Partial<LinkSettings>): void {
    this.kernel.noteText("link", `${from.name} -> ${to.name} ${JSON.stringify(settings)}`);
    this.link(from, to).change(settings);
  }

  /** Nothing passes either way; connections stay half-known on both sides. */
  partition(a: Host, b: Host): void {
    this.change(a, b, { down: true });
  }

  heal(a: Host, b: Host): void {
    this.change(a, b, { down: false });
  }

  /** Ends of connections that `a` holds to `b`. */
  connections(a: Host, b: Host): number {
    return [...this.station(a).sockets].filter((socket) => socket.peerHost === b).length;
  }

  /** Ends of connections that a host holds. */
  connectionsOf(host: Host): number {
    return [...this.station(host).sockets].filter((socket) => socket.peerHost !== undefined).length;
  }

  /** Sockets that a host's programs hold: connected, on their way, or listening. */
  socketsOf(host: Host): number {
    const { sockets, listening } = this.station(host);
    return sockets.size + listening.size;
  }

  /** Resets every connection between the two, both ends at once. @returns how many */
  resetConnections(a: Host, b: Host): number {
    let count = 0;
    for (const [host, other] of [
      [a, b],
      [b, a],
    ] as const) {
      for (const socket of this.station(host).sockets) {
        if (socket.peerHost !== other) continue;
        count += 1;
        this.statistics.resets += 1;
        this.kernel.deliver(this.kernel.nowUs, "rst", () => socket.broken("ECONNRESET"), host);
      }
    }
    return count / 2;
  }

  /**
   * Half-open connections: `forgetful` loses its side of them without a word, as after a reboot that
   * nobody saw; `other` learns of it when it next sends. @returns how many
   */
  halfOpen(forgetful: Host, other: Host): number {
    const theirs = [...this.station(forgetful).sockets].filter((socket) => socket.peerHost === other);
    for (const socket of theirs) socket.forget();
    return theirs.length;
  }

  station(host: Host): Station {
    const station = this.#stations.get(host);
    if (station === undefined) throw new Error(`${host.name} is a host of another world`);
    return station;
  }

  /** A port nobody on the host listens on. */
  freePort(host: Host): number {
    const station = this.station(host);
    let port = station.nextPort;
    while (station.listening.has(port)) port = port === LAST_FREE_PORT ? FIRST_FREE_PORT : port + 1;
    station.nextPort = port === LAST_FREE_PORT ? FIRST_FREE_PORT : port + 1;
    return port;
  }

  count(segment: Segment): void {
    this.statistics.segments += 1;
    if (segment === "rst") this.statistics.resets += 1;
    else if (segment !== "fin") this.statistics.bytes += segment.length;
  }

  #dropSockets(host: Host, drop: (socket: SimSocket) => void): void {
    const station = this.station(host);
    for (const socket of station.sockets) drop(socket);
    station.sockets.clear();
    station.listening.clear();
  }
}
