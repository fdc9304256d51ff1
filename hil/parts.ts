/**
 * The one place where hil names concrete drivers, simulators and twins.
 */
import { fileURLToPath } from "node:url";
import type { Clock, DriverContext, DriverManifest } from "@helix/hal";
import { isTelemetrySource } from "@helix/hal";
import { createSystemPlatform, silentLog } from "@helix/platform";
import {
  type BiostatSimulatorOptions,
  type ModbusDeviceOptions,
  SIMULATORS,
  VESSEL_UNITS,
} from "@helix/simulators";
import { VESSELS } from "@helix/twins";
import type { KnownDriver, KnownParts, KnownTwin } from "./scenario/known-parts.ts";

/** What a rig needs to know of a driver to set up an instrument for it. */
export interface DriverPart {
  /** It asks for each sample itself; else the instrument takes them, and hands over several in a message. */
  readonly polls: boolean;
  /** As `driver_library` in helix.toml names it: a path here, or the installed package. */
  readonly library: string;
  readonly packageName: string;
  readonly protocols: readonly string[];
  readonly loadManifest: () => Promise<DriverManifest<never>>;
  /** Loads whatever the driver loads late: in a virtual world no time passes for that. */
  readonly preload: () => Promise<unknown>;
  /** Makes the driver's own certificate in `pkiFolder`; its path, undefined where it needs none. */
  readonly provision: (pkiFolder: string, instrument: string, clock: Clock) => Promise<string | undefined>;
  /** `[instruments.<key>.config]` */
  readonly config: (wiring: Wiring) => Readonly<Record<string, ConfigValue>>;
}

/** What a driver's configuration is made of, as TOML has it. */
export type ConfigValue =
  | string
  | number
  | boolean
  | readonly ConfigValue[]
  | { readonly [name: string]: ConfigValue };

export interface SimulatorPart {
  /** The instrument it stands for. */
  readonly title: string;
  readonly module: string;
  /** URL of the module that runs it on a host of a virtual world. */
  readonly program: string;
  readonly protocols: readonly string[];
  /** Names of the faults that it can do. */
  readonly faults: readonly string[];
  readonly twins: readonly string[];
  readonly vessel?: Readonly<Record<string, string>>;
  /** Its protocol stack keeps state in modules: in a virtual world each instrument needs modules of its own. */
  readonly needsRealm: boolean;
  /** Sent to the simulator when it starts. */
  readonly options: (wiring: SimulatorWiring) => object;
}

/** Where an instrument is reached: at an address of a network, or at an end of a serial cable. */
export type Place =
  | { readonly medium: "network"; readonly host: string; readonly port: number }
  | { readonly medium: "serial"; readonly path: string };

const SERIAL_PROTOCOLS: readonly string[] = ["modbus-rtu"];

export const mediumOf = (protocol: string): Place["medium"] =>
  SERIAL_PROTOCOLS.includes(protocol) ? "serial" : "network";

/** How one instrument is reached. */
export interface Wiring {
  /** As the one has it that is told. */
  readonly at: Place;
  readonly serialNumber: string;
  readonly username: string;
  readonly passwordEnvVar: string;
  /** How often the driver hands samples over, ms. */
  readonly pollIntervalMs: number;
  /** Without a word for as long the driver counts the connection as lost, ms; absent: the driver's own. */
  readonly silenceLimitMs?: number;
}

export interface SimulatorWiring extends Wiring {
  readonly seed: number;
  readonly twin: string;
  readonly beginS: number;
  readonly inoculation: string;
  readonly samplePeriodS: number;
  readonly truthPeriodS: number;
  readonly pkiFolder: string;
}

/** Of the simulated Modbus device: readings in input registers, setpoints in holding registers. */
const MODBUS_REGISTERS = (
  [
    ["temperature", "Cel", 5, 60],
    ["ph", "[pH]", 2, 12],
    ["agitation", "{rev}/min", 0, 1200],
  ] as const
).map(([name, unit, min, max], index) => ({
  channel_id: index,
  name,
  unit,
  table: "input",
  register: 2 * index,
  type: "f32",
  min,
  max,
  is_writable: true,
  setpoint_register: 2 * index,
}));

/** The Biostat's controlled channels, for a driver that knows nothing of Biostats (PROTOCOL.md of its driver). */
const BIOSTAT_NODES = (
  [
    ["DO", "dissolved_oxygen", "%{airsat}"],
    ["pH", "ph", "[pH]"],
    ["Temperature", "temperature", "Cel"],
    ["Agitation", "agitation", "{rev}/min"],
    ["Feed", "feed_rate", "L/h"],
  ] as const
).map(([node, name, unit], index) => ({
  channel_id: index,
  node_id: `nsu=urn:helix:standin:sartorius-biostat;s=Biostat.${node}.PV`,
  name,
  unit,
  is_writable: true,
  setpoint_node_id: `nsu=urn:helix:standin:sartorius-biostat;s=Biostat.${node}.SP`,
}));

/** What drivers over OPC UA have in common: one stack, and a certificate of the client's own. */
const OPCUA: Pick<DriverPart, "polls" | "protocols" | "preload" | "provision"> = {
  polls: false,
  protocols: ["opcua"],
  preload: async () => (await import("@helix/driver-opcua-generic")).loadOpcUaStack(),
  provision: async (pkiFolder, instrument, clock) =>
    (await import("@helix/driver-opcua-generic")).ensureClientCertificate(pkiFolder, instrument, clock),
};

export const DRIVERS: ReadonlyMap<string, DriverPart> = new Map([
  [
    "sartorius-biostat",
    {
      ...OPCUA,
      library: fileURLToPath(import.meta.resolve("@helix/driver-sartorius-biostat")),
      packageName: "@helix/driver-sartorius-biostat",
      loadManifest: async () =>
        (await import("@helix/driver-sartorius-biostat")).helixDriverManifest as DriverManifest<never>,
      config: ({ at, serialNumber, username, passwordEnvVar, pollIntervalMs, silenceLimitMs }) => ({
        ...addressOf(at),
        protocol: "OpcUa",
        poll_interval_ms: pollIntervalMs,
        ...(silenceLimitMs === undefined ? {} : { silence_limit_ms: silenceLimitMs }),
        username,
        password_env_var: passwordEnvVar,
        serial_number: serialNumber,
      }),
    },
  ],
  [
    "opcua-generic",
    {
      ...OPCUA,
      library: fileURLToPath(import.meta.resolve("@helix/driver-opcua-generic")),
      packageName: "@helix/driver-opcua-generic",
      loadManifest: async () =>
        (await import("@helix/driver-opcua-generic")).helixDriverManifest as DriverManifest<never>,
      config: ({ at, serialNumber, username, passwordEnvVar, pollIntervalMs, silenceLimitMs }) => ({
        endpoint_url: endpointOf(at),
        publishing_interval_ms: pollIntervalMs,
        ...(silenceLimitMs === undefined ? {} : { silence_limit_ms: silenceLimitMs }),
        username,
        password_env_var: passwordEnvVar,
        serial_number: serialNumber,
        channel_map: BIOSTAT_NODES,
      }),
    },
  ],
  [
    "modbus-generic",
    {
      polls: true,
      library: fileURLToPath(import.meta.resolve("@helix/driver-modbus-generic")),
      packageName: "@helix/driver-modbus-generic",
      protocols: ["modbus-tcp", "modbus-rtu"],
      loadManifest: async () =>
        (await import("@helix/driver-modbus-generic")).helixDriverManifest as DriverManifest<never>,
      preload: async () => undefined,
      provision: async () => undefined,
      config: ({ at, serialNumber, pollIntervalMs }) => ({
        ...(at.medium === "network"
          ? { transport: "tcp", ...addressOf(at) }
          : { transport: "rtu", serial_port: at.path }),
        poll_interval_ms: pollIntervalMs,
        serial_number: serialNumber,
        identification: { register: 1000, length: 16 },
        registers: MODBUS_REGISTERS,
      }),
    },
  ],
]);

/** @throws Error for a serial cable: planning lets nobody be put on one who cannot */
function endpointOf(at: Place): string {
  const { host, port } = addressOf(at);
  return `opc.tcp://${host}:${port}`;
}

/** @throws Error for a serial cable, likewise */
function addressOf(at: Place): { host: string; port: number } {
  if (at.medium !== "network") throw new Error(`${at.path} is no address of a network`);
  return { host: at.host, port: at.port };
}

function programsOf(simulator: string): Pick<SimulatorPart, "module" | "program" | "faults"> {
  const known = SIMULATORS.get(simulator);
  if (!known) throw new Error(`@helix/simulators has no ${simulator}`);
  return known;
}

export const SIMULATED: ReadonlyMap<string, SimulatorPart> = new Map([
  [
    "sartorius-biostat",
    {
      title: "Sartorius Biostat B",
      needsRealm: true,
      ...programsOf("sartorius-biostat"),
      protocols: ["opcua"],
      twins: [...VESSELS.keys()],
      vessel: VESSEL_UNITS,
      options: ({
        at,
        pollIntervalMs: _poll,
        silenceLimitMs: _limit,
        ...options
      }): BiostatSimulatorOptions => ({ ...options, ...addressOf(at) }),
    },
  ],
  [
    "modbus-device",
    {
      title: "Modbus water bath",
      needsRealm: false,
      ...programsOf("modbus-device"),
      protocols: ["modbus-tcp", "modbus-rtu"],
      // Its physics is its own: it stands beside any twin.
      twins: [...VESSELS.keys()],
      options: ({ at, serialNumber, beginS, truthPeriodS }): ModbusDeviceOptions => ({
        line:
          at.medium === "network"
            ? { transport: "tcp", ...addressOf(at) }
            : { transport: "rtu", path: at.path },
        serialNumber,
        beginS,
        truthPeriodS,
      }),
    },
  ],
]);

/** What scenarios may name. */
export async function knownParts(): Promise<KnownParts> {
  const drivers = await Promise.all(
    [...DRIVERS].map(async ([name, part]): Promise<[string, KnownDriver]> => [name, await knownDriver(part)]),
  );
  return {
    twins: new Map(await Promise.all([...VESSELS.keys()].map(knownTwin))),
    simulators: SIMULATED,
    drivers: new Map(drivers),
  };
}

/** What scenarios call the states of a twin are the sensors of its model. */
async function knownTwin(name: string): Promise<[string, KnownTwin]> {
  const { loadLibraryModel } = await import("@helix/twins/stepping");
  const { disk } = createSystemPlatform();
  const { model } = await loadLibraryModel(name, (file) => disk.readFile(fileURLToPath(file)));
  return [name, { states: new Map(model.sensors.map((s) => [s.name, s.unit])) }];
}

/** Asks an instance that is never connected: by the contract, making one opens nothing. */
async function knownDriver(part: DriverPart): Promise<KnownDriver> {
  const manifest = await part.loadManifest();
  const wiring = {
    at: { medium: "network", host: "127.0.0.1", port: 1 } as const,
    serialNumber: "none",
    username: "none",
    passwordEnvVar: "NONE",
    pollIntervalMs: 1000,
  };
  const instance = manifest.createInstance(part.config(wiring) as never, unconnectedContext());
  const channels = isTelemetrySource(instance) ? instance.channels : [];
  await manifest.destroyInstance(instance);
  return { protocols: part.protocols, channels };
}

function unconnectedContext(): DriverContext {
  const { clock, random, net, serial } = createSystemPlatform();
  return {
    instrumentKey: "none",
    clock,
    random,
    net,
    serial,
    log: silentLog,
    backpressure: { value: { level: "Normal" }, subscribe: () => () => {} },
    pkiFolder: "",
    secret: () => undefined,
    blocking: async (work) => work(),
  };
}
