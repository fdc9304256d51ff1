/**
 * Where the configuration of a driver leads, as helix.toml has it: on a network by `endpoint_url`, or by `host`
 * and `port`; on a serial line by `serial_port`; and the same configuration with another address in it.
 */
import type { InstrumentConfig } from "@helix/config";
import type { SerialLine } from "@helix/hal";

type DriverConfig = InstrumentConfig["config"];

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Registered with IANA; where a driver connects that is told none. */
const USUAL_PORTS: ReadonlyMap<string, number> = new Map([
  ["opcua", 4840],
  ["modbus-tcp", 502],
]);

/** Undefined where it names none, as on a serial line. */
export function configuredAddress(config: DriverConfig, protocol: string): Address | undefined {
  const { endpoint_url: endpoint, host, port = USUAL_PORTS.get(protocol) } = config;
  if (typeof endpoint === "string" && URL.canParse(endpoint)) {
    const url = new URL(endpoint);
    return { host: url.hostname, port: Number(url.port) || (USUAL_PORTS.get(protocol) ?? 0) };
  }
  return typeof host === "string" && typeof port === "number" ? { host, port } : undefined;
}

export function withAddress(config: DriverConfig, { host, port }: Address): DriverConfig {
  const endpoint = config["endpoint_url"];
  if (typeof endpoint !== "string") return { ...config, host, port };
  const url = new URL(endpoint);
  url.hostname = host;
  url.port = String(port);
  return { ...config, endpoint_url: url.href };
}

/** Undefined where it names none. What it leaves out is as Modbus has it over a serial line: 19,200 baud, 8E1. */
export function configuredLine(config: DriverConfig): SerialLine | undefined {
  const {
    serial_port: path,
    baud_rate: baudRate = 19_200,
    parity = "even",
    stop_bits: stopBits = 1,
  } = config;
  if (typeof path !== "string" || typeof baudRate !== "number") return undefined;
  if (parity !== "none" && parity !== "even" && parity !== "odd") return undefined;
  if (stopBits !== 1 && stopBits !== 2) return undefined;
  return { path, baudRate, dataBits: 8, parity, stopBits };
}
