/**
 * The whole runtime in a world: supervisor, generic OPC UA driver, ring and the ledger on the virtual
 * disk, against a real OPC UA server, through a partition and a power cut of the runtime's own host.
 */
import { cpSync } from "node:fs";
import { join } from "node:path";
import { readHelixConfig } from "@helix/config";
import { FRAME_BYTES } from "@helix/hal";
import { openLedger, readLedger, verifyLedger } from "@helix/ledger";
import { createSystemPlatform, silentLog } from "@helix/platform";
import { createInProcessHost, createSupervisor, formerRecords, type Supervisor } from "@helix/supervisor";
import type { Station, WorldProgram } from "../world.ts";
import { CHANNELS, startServer } from "./opcua-server.ts";

export interface RuntimeWorldOptions {
  /** Made by createIdentities ("server") and ensureClientCertificate ("brx-07"). */
  readonly identities: string;
}

export interface RuntimeWorldResult {
  /** Frames that a reader of the ring saw, per boot of the runtime. */
  readonly frames: readonly number[];
  readonly verdict: string;
  /** Types of the ledger's records, in order. */
  readonly records: readonly string[];
}

const KEY = "brx-07";
const LEDGER = "/var/helix/ledger";

const run: WorldProgram<RuntimeWorldOptions, RuntimeWorldResult> = async (world, { identities }) => {
  const scratch = world.scratchFolder;
  cpSync(identities, scratch, { recursive: true });
  const device = world.addStation("bioreactor");
  const server = world.addStation("server");
  await device.host.start((host) =>
    startServer({
      hostname: host.name,
      pki: join(scratch, "server"),
      secured: false,
      random: host.random.fork("values"),
    }),
  );
  const frames: number[] = [];
  const boot = async () => {
    const index = frames.push(0) - 1;
    await server.host.start(async () => {
      const supervisor = await startRuntime(server, scratch);
      const reader = supervisor.ring.reader();
      const frame = new Uint8Array(FRAME_BYTES);
      server.platform.clock.interval(100, () => {
        while (reader.read(frame)) frames[index] = (frames[index] ?? 0) + 1;
      });
    });
  };
  await server.host.start(async () => {
    await server.disk.makeFolder("/var/helix");
    for (const folder of ["/", "/var"]) await server.disk.syncFolder(folder);
  });
  await boot();
  await world.sleep(60_000);
  world.network.partition(device.host, server.host);
  await world.sleep(45_000);
  world.network.heal(device.host, server.host);
  await world.sleep(120_000);
  server.host.crash();
  await world.sleep(10_000);
  server.host.reboot();
  await boot();
  await world.sleep(60_000);
  server.host.crash();
  server.host.reboot();
  return server.host.start(async () => {
    const { verdict } = await verifyLedger({ folder: LEDGER, disk: server.disk });
    const records: string[] = [];
    for await (const { event } of readLedger({ folder: LEDGER, disk: server.disk })) records.push(event.type);
    return { frames, verdict, records };
  });
};
export default run;

async function startRuntime({ host, disk, platform }: Station, pki: string): Promise<Supervisor> {
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
    config: await readHelixConfig(configuration(pki), "/etc/helix/helix.toml"),
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

function configuration(pki: string): string {
  const channels = CHANNELS.map(
    (name, id) =>
      `{ channel_id = ${id}, node_id = "ns=1;s=${name}", name = "${name.toLowerCase()}", unit = "1" }`,
  );
  return `[ledger]
folder = "${LEDGER}"
[pki]
folder = "${pki}"
[instruments.${KEY}]
driver_library = "@helix/driver-opcua-generic"
display_name = "Bioreactor"
reconnect_retries = 100
[instruments.${KEY}.config]
endpoint_url = "opc.tcp://bioreactor:4840"
security_mode = "None"
security_policy = "None"
channel_map = [${channels.join(", ")}]
`;
}
