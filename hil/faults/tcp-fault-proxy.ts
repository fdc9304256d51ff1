/**
 * Stands between a driver and its instrument on TCP, transparent until a fault is put on the link.
 *
 * A partition holds the bytes of both directions. The peers' TCP acknowledges what the proxy has
 * taken in, so the ends see silence, not retransmissions: the same as a network that was cut, up to
 * the amount held (held-pipe.ts). A connection opened meanwhile is taken and hears nothing; it is
 * bridged when the link heals, or forgotten if the client has left.
 */
import type { Clock, Connection, Listener, Net, Random } from "@helix/hal";
import type { Effect, LinkAccess, LinkShape, PartitionFigures } from "./access/access.ts";
import { ending } from "./access/ending.ts";
import { ShapeCount } from "./access/shape-count.ts";
import { Gate } from "./gate.ts";
import { type HeldCount, type PipeOptions, pipe } from "./held-pipe.ts";
import { LinkFlow, UNTOUCHED } from "./link-flow.ts";

export interface TcpFaultProxy extends LinkAccess {
  /** Where the driver connects to, in place of the instrument. */
  readonly host: string;
  readonly port: number;
  /** Connections that drivers have open now. */
  readonly connections: number;
  /** Breaks all connections and stops listening. */
  close(): Promise<void>;
}

/** What the proxy is given of the world. */
export interface ProxyParts {
  readonly net: Net;
  readonly clock: Clock;
  readonly random: Random;
}

/** The instrument. */
interface Target {
  readonly host: string;
  readonly port: number;
  /** No simulator: no bit is turned on the way to it, for a reading could become a command. */
  readonly isReal?: boolean;
}

/** Where a proxy listens: for drivers of this computer, on a port that is free. */
const HERE = { host: "127.0.0.1", port: 0 };

interface PartitionInForce {
  readonly toInstrument: HeldCount;
  readonly toDriver: HeldCount;
  readonly connectionsCut: number;
  connectionAttempts: number;
}

/** One connection of a driver, and the one to the instrument that belongs to it. */
interface Bridge {
  readonly client: Connection;
  readonly dialling: AbortController;
  upstream: Connection | undefined;
  /** The instrument has lost its end, and the driver must not learn of it. */
  halfOpen: boolean;
}

/** @throws Error with the system's code when the port cannot be had */
export async function startTcpFaultProxy(parts: ProxyParts, target: Target): Promise<TcpFaultProxy> {
  const proxy = new FaultProxy(parts, target);
  await proxy.listen();
  return proxy;
}

class FaultProxy implements TcpFaultProxy {
  readonly #net: Net;
  readonly #target: Target;
  readonly #gate = new Gate();
  readonly #bridges = new Set<Bridge>();
  readonly #toInstrument: LinkFlow;
  readonly #toDriver: LinkFlow;
  readonly #shapes: Partial<LinkShape>[] = [];
  #inForce: PartitionInForce | undefined;
  #listener: Listener | undefined;

  constructor({ net, clock, random }: ProxyParts, target: Target) {
    this.#net = net;
    this.#target = target;
    this.#toInstrument = new LinkFlow(clock, random.fork("to-instrument"));
    this.#toDriver = new LinkFlow(clock, random.fork("to-driver"));
  }

  async listen(): Promise<void> {
    this.#listener = await this.#net.listen(HERE, (client) => this.#accept(client));
  }

  get host(): string {
    return this.#listener?.host ?? "";
  }

  get port(): number {
    return this.#listener?.port ?? 0;
  }

  get connections(): number {
    return this.#bridges.size;
  }

  /** @throws Error when the link is partitioned already */
  partition(): Effect<PartitionFigures> {
    if (this.#inForce) throw new Error("the link is partitioned already");
    const mine: PartitionInForce = {
      toInstrument: { bytes: 0 },
      toDriver: { bytes: 0 },
      connectionsCut: this.#bridges.size,
      connectionAttempts: 0,
    };
    this.#inForce = mine;
    this.#gate.close();
    return ending(() => {
      if (this.#inForce === mine) {
        this.#inForce = undefined;
        this.#gate.open();
      }
      return {
        fate: "held",
        bytesHeldToInstrument: mine.toInstrument.bytes,
        bytesHeldToDriver: mine.toDriver.bytes,
        connectionsCut: mine.connectionsCut,
        connectionAttempts: mine.connectionAttempts,
      };
    });
  }

  shape(change: Partial<LinkShape>) {
    const count = new ShapeCount(this.#toDriver.shape);
    const flows = [this.#toInstrument, this.#toDriver];
    for (const flow of flows) flow.counts.add(count);
    this.#shapes.push(change);
    this.#applyShapes();
    return ending(() => {
      this.#shapes.splice(this.#shapes.indexOf(change), 1);
      this.#applyShapes();
      for (const flow of flows) flow.counts.delete(count);
      return count.figures;
    });
  }

  truncateNext() {
    let cut: { length: number; kept: number } | undefined;
    const note = (length: number, kept: number) => {
      cut = { length, kept };
    };
    this.#toDriver.cutNext = note;
    return ending(() => {
      if (this.#toDriver.cutNext === note) this.#toDriver.cutNext = undefined;
      return { cut };
    });
  }

  reset() {
    const open = this.#bridged();
    for (const bridge of open) breakUp(bridge);
    return ending(() => ({ connections: open.length }));
  }

  halfOpen() {
    const open = this.#bridged();
    for (const bridge of open) {
      bridge.halfOpen = true;
      bridge.upstream?.reset();
    }
    return ending(() => ({ connections: open.length }));
  }

  async close(): Promise<void> {
    await this.#listener?.close();
    this.#inForce = undefined;
    this.#gate.open();
    for (const bridge of this.#bridges) {
      bridge.dialling.abort(new Error("the proxy is closing"));
      breakUp(bridge);
    }
  }

  #bridged(): readonly Bridge[] {
    return [...this.#bridges].filter(({ upstream, halfOpen }) => upstream !== undefined && !halfOpen);
  }

  #applyShapes(): void {
    const shape = Object.assign({ ...UNTOUCHED }, ...this.#shapes) as LinkShape;
    this.#toInstrument.shape = this.#target.isReal ? { ...shape, corruption: 0 } : shape;
    this.#toDriver.shape = shape;
  }

  #accept(client: Connection): void {
    if (this.#inForce) this.#inForce.connectionAttempts += 1;
    const bridge: Bridge = { client, dialling: new AbortController(), upstream: undefined, halfOpen: false };
    this.#bridges.add(bridge);
    void this.#carry(bridge).finally(() => this.#bridges.delete(bridge));
  }

  async #carry(bridge: Bridge): Promise<void> {
    const { client } = bridge;
    const upstream = this.#dial(bridge);
    const toInstrument = pipe(
      client,
      upstream,
      this.#options(bridge, this.#toInstrument, () => this.#inForce?.toInstrument),
    );
    const connection = await upstream.catch(() => undefined);
    if (connection === undefined) {
      client.reset();
    } else {
      const options = this.#options(bridge, this.#toDriver, () => this.#inForce?.toDriver);
      await pipe(connection, Promise.resolve(client), options);
    }
    await toInstrument;
  }

  /** Connects to the instrument once the link lets it. @throws Error when the client leaves before */
  async #dial(bridge: Bridge): Promise<Connection> {
    const left = bridge.client.closed.then(() => {
      throw new Error("the client left while the link was cut");
    });
    left.catch(() => {});
    await Promise.race([this.#gate.passable(), left]);
    bridge.upstream = await this.#net.connect({ ...this.#target, signal: bridge.dialling.signal });
    return bridge.upstream;
  }

  #options(bridge: Bridge, flow: LinkFlow, count: PipeOptions["count"]): PipeOptions {
    return {
      gate: this.#gate,
      flow,
      count,
      keepsQuiet: () => bridge.halfOpen,
      breakUp: () => breakUp(bridge),
    };
  }
}

function breakUp({ client, upstream }: Bridge): void {
  client.reset();
  upstream?.reset();
}
