/**
 * How a driver reaches its instrument on the wire rig: through a fault proxy, on a network or on a
 * serial line. A serial line is laid before the instrument starts, which opens its end of it; a proxy on
 * the network comes after, when the instrument has said where it listens.
 */
import { join } from "node:path";
import { type Platform, startSerialPair } from "@helix/platform";
import type { LinkAccess } from "../faults/access/access.ts";
import { startSerialFaultLine } from "../faults/serial-fault-line.ts";
import { startTcpFaultProxy } from "../faults/tcp-fault-proxy.ts";
import { mediumOf, type Place } from "../parts.ts";

export interface WireConnection {
  readonly link: LinkAccess;
  /** As the driver has it. */
  readonly far: Place;
}

export interface LaidConnection {
  /** As the simulator has it. */
  readonly near: Place;
  /** @param endpoint where the simulator says that it can be reached */
  connect(endpoint: string): Promise<WireConnection>;
  close(): Promise<void>;
}

const HOST = "127.0.0.1";
/** The simulator's and the driver's own, unless they are told another. */
const LINE = { baudRate: 19_200, dataBits: 8, parity: "even", stopBits: 1 } as const;

/** @throws Error in one clear line when a serial line is wanted and cannot be laid */
export async function layConnection(
  platform: Platform,
  { key, protocol }: { readonly key: string; readonly protocol: string },
  folder: string,
): Promise<LaidConnection> {
  const parts = { ...platform, random: platform.random.fork(`proxy:${key}`) };
  return mediumOf(protocol) === "network" ? onNetwork(parts) : onSerialLine(parts, join(folder, key));
}

async function onNetwork(parts: Platform): Promise<LaidConnection> {
  let close: () => Promise<void> = async () => {};
  return {
    near: { medium: "network", host: HOST, port: 0 },
    async connect(endpoint) {
      const { hostname, port } = new URL(endpoint);
      const proxy = await startTcpFaultProxy(parts, { host: hostname, port: Number(port) });
      close = () => proxy.close();
      return { link: proxy, far: { medium: "network", host: proxy.host, port: proxy.port } };
    },
    close: () => close(),
  };
}

/** Two cables with the proxy between them. */
async function onSerialLine(parts: Platform, prefix: string): Promise<LaidConnection> {
  const near = await startSerialPair(parts.clock, [`${prefix}.instrument`, `${prefix}.instrument-proxy`]);
  const undo = [() => near.close()];
  const close = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const far = await startSerialPair(parts.clock, [`${prefix}.driver`, `${prefix}.driver-proxy`]);
    undo.push(() => far.close());
    const proxy = await startSerialFaultLine(parts, { instrument: near.ends[1], driver: far.ends[1] }, LINE);
    undo.push(() => proxy.close());
    return {
      near: { medium: "serial", path: near.ends[0] },
      connect: async () => ({ link: proxy, far: { medium: "serial", path: far.ends[0] } }),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
