/**
 * A fault proxy before one instrument of a plant: on a network before its address, on a serial line between its
 * port and one of the proxy's own, which socat makes. The driver is led to the proxy.
 */
import { join } from "node:path";
import type { InstrumentConfig } from "@helix/config";
import { missingForSerialPairs, type Platform, startSerialPair } from "@helix/platform";
import type { LinkAccess } from "../faults/access/access.ts";
import { type SerialFaultLine, startSerialFaultLine } from "../faults/serial-fault-line.ts";
import { startTcpFaultProxy } from "../faults/tcp-fault-proxy.ts";
import { mediumOf } from "../parts.ts";
import { configuredAddress, configuredLine, withAddress } from "./configured-address.ts";

export interface PlantLink {
  readonly key: string;
  readonly link: LinkAccess;
  /** The driver's, with the proxy in the place of the instrument. */
  readonly config: InstrumentConfig["config"];
  /** The instrument's own place, for people. */
  readonly before: string;
  /** Whether a driver that gives this id has taken the proxy's address for the instrument's identity. */
  misnames(instrumentId: string): boolean;
  close(): Promise<void>;
}

/** No proxy can be put before an instrument; the message is a whole sentence. */
export class NoLinkError extends Error {
  override readonly name = "NoLinkError";
}

/**
 * @param protocol as the scenario has it
 * @param folder for links to serial ports
 * @throws NoLinkError; or the system's error when a port on the network cannot be had
 */
export async function layPlantLink(
  platform: Platform,
  instrument: InstrumentConfig,
  protocol: string,
  folder: string,
): Promise<PlantLink> {
  return mediumOf(protocol) === "network"
    ? onNetwork(platform, instrument, protocol)
    : onSerialLine(platform, instrument, join(folder, instrument.key));
}

async function onNetwork(
  platform: Platform,
  { key, config }: InstrumentConfig,
  protocol: string,
): Promise<PlantLink> {
  const address = configuredAddress(config, protocol);
  if (address === undefined) {
    throw new NoLinkError(
      `The scenario puts faults on a network, and [instruments.${key}.config] names neither host nor endpoint_url.`,
    );
  }
  const proxy = await startTcpFaultProxy(platform, { ...address, isReal: true });
  return {
    key,
    link: proxy,
    config: withAddress(config, proxy),
    before: `${address.host}:${address.port}`,
    misnames: (instrumentId) => address.host !== proxy.host && instrumentId.endsWith(`:${proxy.host}`),
    close: () => proxy.close(),
  };
}

async function onSerialLine(
  platform: Platform,
  { key, config }: InstrumentConfig,
  prefix: string,
): Promise<PlantLink> {
  const line = configuredLine(config);
  if (line === undefined) {
    throw new NoLinkError(
      `The scenario puts faults on a serial line, and [instruments.${key}.config] names no serial_port.`,
    );
  }
  const missing = missingForSerialPairs();
  if (missing !== undefined)
    throw new NoLinkError(`Rig physical lays a serial line before ${key} with socat: ${missing}.`);
  const pair = await startSerialPair(platform.clock, [`${prefix}.driver`, `${prefix}.proxy`]);
  let proxy: SerialFaultLine;
  try {
    const ends = { instrument: line.path, driver: pair.ends[1] };
    proxy = await startSerialFaultLine(platform, ends, { ...line, isReal: true });
  } catch (error) {
    await pair.close();
    throw new NoLinkError(`The serial port of ${key} cannot be opened: ${(error as Error).message}.`, {
      cause: error,
    });
  }
  return {
    key,
    link: proxy,
    config: { ...config, serial_port: pair.ends[0] },
    before: line.path,
    misnames: () => false,
    async close() {
      await proxy.close();
      await pair.close();
    },
  };
}
