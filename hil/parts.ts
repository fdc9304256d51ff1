/**
 * The one place where hil names concrete drivers, simulators and twins.
 */
import { fileURLToPath } from "node:url";
import type { Clock, DriverContext, DriverManifest } from "@helix/hal";
import { isTelemetrySource } from "@helix/hal";
import { createSystemPlatform, silentLog } from "@helix/platform";
import { type BiostatSimulatorOptions, SIMULATORS } from "@helix/simulators";
import { TWINS } from "@helix/twins";
import type { KnownDriver, KnownParts } from "./scenario/known-parts.ts";

/** What a rig needs to know of a driver to set up an instrument for it. */
export interface DriverPart {
  /** As `driver_library` in helix.toml names it: a path here, or the installed package. */
  readonly library: string;
  readonly packageName: string;
  readonly protocols: readonly string[];
  readonly loadManifest: () => Promise<DriverManifest<never>>;
  /** Loads whatever the driver loads late: in a virtual world no time passes for that. */
  readonly preload: () => Promise<unknown>;
  /** Makes the driver's own certificate in `pkiFolder`; its path. */
  readonly provision: (pkiFolder: string, instrument: string, clock: Clock) => Promise<string>;
  /** `[instruments.<key>.config]` */
  readonly config: (wiring: Wiring) => Readonly<Record<string, string | number>>;
}

export interface SimulatorPart {
  /** The instrument it stands for. */
  readonly title: string;
  readonly module: string;
  /** URL of the module that runs it on a host of a virtual world. */
  readonly program: string;
  readonly protocols: readonly string[];
  readonly twins: readonly string[];
  /** Sent to the simulator when it starts. */
  readonly options: (wiring: SimulatorWiring) => object;
}

/** How one instrument is reached. */
export interface Wiring {
  readonly host: string;
  readonly port: number;
  readonly serialNumber: string;
  readonly username: string;
  readonly passwordEnvVar: string;
  /** How often the driver hands samples over, ms. */
  readonly pollIntervalMs: number;
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

export const DRIVERS: ReadonlyMap<string, DriverPart> = new Map([
  [
    "sartorius-biostat",
    {
      library: fileURLToPath(import.meta.resolve("@helix/driver-sartorius-biostat")),
      packageName: "@helix/driver-sartorius-biostat",
      protocols: ["opcua"],
      loadManifest: async () =>
        (await import("@helix/driver-sartorius-biostat")).helixDriverManifest as DriverManifest<never>,
      preload: async () => (await import("@helix/driver-opcua-generic")).loadOpcUaStack(),
      provision: async (pkiFolder, instrument, clock) =>
        (await import("@helix/driver-opcua-generic")).ensureClientCertificate(pkiFolder, instrument, clock),
      config: ({ host, port, serialNumber, username, passwordEnvVar, pollIntervalMs }) => ({
        host,
        port,
        protocol: "OpcUa",
        poll_interval_ms: pollIntervalMs,
        username,
        password_env_var: passwordEnvVar,
        serial_number: serialNumber,
      }),
    },
  ],
]);

const biostat = SIMULATORS.get("sartorius-biostat");
if (!biostat) throw new Error("@helix/simulators has no sartorius-biostat");

export const SIMULATED: ReadonlyMap<string, SimulatorPart> = new Map([
  [
    "sartorius-biostat",
    {
      title: "Sartorius Biostat B",
      module: biostat.module,
      program: biostat.program,
      protocols: ["opcua"],
      twins: [...TWINS.keys()],
      options: ({ pollIntervalMs: _, ...options }): BiostatSimulatorOptions => options,
    },
  ],
]);

/** What scenarios may name. */
export async function knownParts(): Promise<KnownParts> {
  const drivers = await Promise.all(
    [...DRIVERS].map(async ([name, part]): Promise<[string, KnownDriver]> => [name, await knownDriver(part)]),
  );
  return {
    twins: new Map(
      [...TWINS.values()].map((twin) => [
        twin.name,
        { states: new Map(twin.states.map((s) => [s.name, s.unit])) },
      ]),
    ),
    simulators: SIMULATED,
    drivers: new Map(drivers),
  };
}

/** Asks an instance that is never connected: by the contract, making one opens nothing. */
async function knownDriver(part: DriverPart): Promise<KnownDriver> {
  const manifest = await part.loadManifest();
  const wiring = {
    host: "127.0.0.1",
    port: 1,
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
