/**
 * Stands between a driver and its instrument on TCP, transparent until a fault is put on the link.
 *
 * `partition` holds the bytes of both directions. The peers' TCP acknowledges what the proxy has
 * taken in, so the ends see silence, not retransmissions: the same as a network that was cut, up to
 * the amount held (held-pipe.ts). A connection opened meanwhile is taken and hears nothing; it is
 * bridged when the link heals, or forgotten if the client has left.
 */
import type { Connection, Listener, Net } from "@helix/hal";
import { Gate } from "./gate.ts";
import { type HeldCount, pipe } from "./held-pipe.ts";

export interface TcpFaultProxy {
  /** Where the driver connects to, in place of the instrument. */
  readonly host: string;
  readonly port: number;
  /** Connections that drivers have open now. */
  readonly connections: number;
  /** Holds everything from now on. @throws Error when the link is partitioned already */
  partition(): LinkPartition;
  /** Breaks all connections and stops listening. */
  close(): Promise<void>;
}

export interface LinkPartition {
  /** Lets what was held flow on; what the partition did. Safe to call twice. */
  heal(): PartitionFigures;
}

export interface PartitionFigures {
  /** Bytes held back on the way to the instrument, and on the way to the driver. */
  readonly bytesHeldToInstrument: number;
  readonly bytesHeldToDriver: number;
  /** Connections that were open when the link was cut. */
  readonly connectionsCut: number;
  /** Connections that the driver tried to open meanwhile. */
  readonly connectionAttempts: number;
}

interface PartitionInForce {
  readonly toInstrument: HeldCount;
  readonly toDriver: HeldCount;
  readonly connectionsCut: number;
  connectionAttempts: number;
}

/** @throws Error with the system's code when the port cannot be had */
export async function startTcpFaultProxy(
  net: Net,
  target: { readonly host: string; readonly port: number },
  address: { readonly host: string; readonly port: number } = { host: "127.0.0.1", port: 0 },
): Promise<TcpFaultProxy> {
  const gate = new Gate();
  const links = new Set<{ readonly client: Connection; readonly dialling: AbortController }>();
  const upstreams = new Set<Connection>();
  let inForce: PartitionInForce | undefined;

  function accept(client: Connection): void {
    if (inForce) inForce.connectionAttempts += 1;
    const link = { client, dialling: new AbortController() };
    links.add(link);
    void bridge(client, link.dialling.signal).finally(() => links.delete(link));
  }

  async function bridge(client: Connection, signal: AbortSignal): Promise<void> {
    const left = client.closed.then(() => {
      throw new Error("the client left while the link was cut");
    });
    left.catch(() => {});
    const upstream = (async () => {
      await Promise.race([gate.passable(), left]);
      const connection = await net.connect({ ...target, signal });
      upstreams.add(connection);
      return connection;
    })();
    const toInstrument = pipe(client, upstream, gate, () => inForce?.toInstrument);
    const connection = await upstream.catch(() => undefined);
    if (connection === undefined) {
      client.reset();
    } else {
      await pipe(connection, Promise.resolve(client), gate, () => inForce?.toDriver);
      upstreams.delete(connection);
    }
    await toInstrument;
  }

  const listener: Listener = await net.listen(address, accept);
  return {
    host: listener.host,
    port: listener.port,
    get connections() {
      return links.size;
    },

    partition() {
      if (inForce) throw new Error("the link is partitioned already");
      const mine: PartitionInForce = {
        toInstrument: { bytes: 0 },
        toDriver: { bytes: 0 },
        connectionsCut: links.size,
        connectionAttempts: 0,
      };
      inForce = mine;
      gate.close();
      return {
        heal() {
          if (inForce === mine) {
            inForce = undefined;
            gate.open();
          }
          return {
            bytesHeldToInstrument: mine.toInstrument.bytes,
            bytesHeldToDriver: mine.toDriver.bytes,
            connectionsCut: mine.connectionsCut,
            connectionAttempts: mine.connectionAttempts,
          };
        },
      };
    },

    async close() {
      await listener.close();
      inForce = undefined;
      gate.open();
      for (const { client, dialling } of links) {
        dialling.abort(new Error("the proxy is closing"));
        client.reset();
      }
      for (const upstream of upstreams) upstream.reset();
    },
  };
}
