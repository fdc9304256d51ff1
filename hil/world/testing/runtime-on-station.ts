/** HELIX's runtime on a station of a world: supervisor, drivers, ledger on the virtual disk, OPC UA instruments. */
import { readHelixConfig } from "@helix/config";
import { openLedger } from "@helix/ledger";
import { createSystemPlatform, silentLog } from "@helix/platform";
import { createInProcessHost, createSupervisor, formerRecords, type Supervisor } from "@helix/supervisor";
import type { Station } from "../world.ts";
import { CHANNELS } from "./opcua-server.ts";

export const LEDGER = "/var/helix/ledger";

/** An OPC UA server of the world that the runtime is connected to. */
export interface Instrument {
  readonly key: string;
  /** Host of the server. */
  readonly device: string;
  readonly reconnectRetries?: number;
}

/** Whose power is cut before the folder's entry is synced has no folder for its ledger. */
export async function makeLedgerFolder({ disk }: Station): Promise<void> {
  await disk.makeFolder("/var/helix");
  for (const folder of ["/", "/var"]) await disk.syncFolder(folder);
}

/**
 * Inside `station.host.start`, for what it opens belongs to that host.
 *
 * pki  folder with the keys and certificates of the instruments
 */
export async function startRuntime(
  { host, disk, platform }: Station,
  pki: string,
  instruments: readonly Instrument[],
): Promise<Supervisor> {
  const ledger = await openLedger({
    folder: LEDGER,
    disk,
    clock: platform.clock,
    random: platform.random.fork(`ledger ${host.boot}`),
  });
  const supervisor = await createSupervisor({
    platform,
    ledger,
    formerRecords: formerRecords({ folder: LEDGER, disk }),
    // The driver's module is a file of the installation, not of the virtual disk.
    host: createInProcessHost(createSystemPlatform(0).disk),
    config: await readHelixConfig(configuration(pki, instruments), "/etc/helix/helix.toml"),
    origin: "simulated",
    configurationHash: "00",
    helixVersion: "0.1.0",
    nodeVersion: "24",
    log: silentLog,
    secret: () => undefined,
    onEvent: () => {},
  });
  supervisor.start();
  return supervisor;
}

function configuration(pki: string, instruments: readonly Instrument[]): string {
  const channels = CHANNELS.map(
    (name, id) =>
      `{ channel_id = ${id}, node_id = "ns=1;s=${name}", name = "${name.toLowerCase()}", unit = "1" }`,
  );
  const tables = instruments.map(
    ({ key, device, reconnectRetries }) => `[instruments.${key}]
driver_library = "@helix/driver-opcua-generic"
${reconnectRetries === undefined ? "" : `reconnect_retries = ${reconnectRetries}`}
[instruments.${key}.config]
endpoint_url = "opc.tcp://${device}:4840"
security_mode = "None"
security_policy = "None"
channel_map = [${channels.join(", ")}]
`,
  );
  return `[ledger]\nfolder = "${LEDGER}"\n[pki]\nfolder = "${pki}"\n${tables.join("")}`;
}
