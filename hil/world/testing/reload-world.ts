/** A runtime with two instruments over OPC UA in a world; the driver of one is replaced while both stream. */
import { cpSync } from "node:fs";
import { join } from "node:path";
import { readHelixConfig } from "@helix/config";
import { decodeFrame, FRAME_BYTES, instrumentIdAsU64, parseInstrumentId } from "@helix/hal";
import { openLedger, readLedger } from "@helix/ledger";
import { createSystemPlatform, silentLog } from "@helix/platform";
import { createInProcessHost, createSupervisor, formerRecords, type Supervisor } from "@helix/supervisor";
import type { Station, WorldProgram } from "../world.ts";
import { CHANNELS, startServer } from "./opcua-server.ts";

export interface ReloadWorldResult {
  /** By instrument and channel, the times of its values in ns TAI, as decimal text, in the order of the ring. */
  readonly taken: Readonly<Record<string, readonly string[]>>;
  /** ns TAI when the order was given, and when it was done. */
  readonly reload: { readonly fromNs: string; readonly toNs: string };
  /** `type instrument`, in order. */
  readonly records: readonly string[];
}

/** The second one's driver is replaced. */
export const INSTRUMENTS = ["brx-1", "brx-2"] as const;
const LEDGER = "/var/helix/ledger";
const DEVICES = ["device-1", "device-2"] as const;

const run: WorldProgram<{ readonly identities: string }, ReloadWorldResult> = async (
  world,
  { identities },
) => {
  const scratch = world.scratchFolder;
  cpSync(identities, scratch, { recursive: true });
  for (const name of DEVICES) {
    const device = world.addStation(name);
    await device.host.start((host) =>
      startServer({
        hostname: host.name,
        pki: join(scratch, name),
        secured: false,
        random: host.random.fork("values"),
      }),
    );
  }
  const server = world.addStation("server");
  const taken: Record<string, string[]> = {};
  const started = Promise.withResolvers<Supervisor>();
  await server.host.start(async () => {
    await server.disk.makeFolder("/var/helix");
    for (const folder of ["/", "/var"]) await server.disk.syncFolder(folder);
    const supervisor = await startRuntime(server, scratch);
    const reader = supervisor.ring.reader();
    const frame = new Uint8Array(FRAME_BYTES);
    server.platform.clock.interval(50, () => {
      while (reader.read(frame)) take(frame, supervisor, taken);
    });
    started.resolve(supervisor);
  });
  const supervisor = await started.promise;
  await world.sleep(60_000);
  const reload = await server.host.start(async () => {
    const fromNs = server.platform.clock.wallUtcNs().toString();
    await supervisor.reload("brx-2", { id: "account:curie", role: "operator" }, "bug fix");
    return { fromNs, toNs: server.platform.clock.wallUtcNs().toString() };
  });
  await world.sleep(60_000);
  return server.host.start(async () => {
    await supervisor.stop("end");
    const records: string[] = [];
    for await (const { event } of readLedger({ folder: LEDGER, disk: server.disk }))
      records.push(`${event.type} ${(event["instrument"] as string | undefined) ?? ""}`.trim());
    return { taken, reload, records };
  });
};
export default run;

/** By whom and when it was taken. */
function take(bytes: Uint8Array, supervisor: Supervisor, into: Record<string, string[]>): void {
  const { instrumentId, channelId, wallTimestampNs } = decodeFrame(bytes);
  const view = supervisor.instruments.find(
    (one) => instrumentIdAsU64(parseInstrumentId(one.instrumentId)) === instrumentId,
  );
  const name = `${view?.key ?? "nobody"} ${channelId}`;
  into[name] = [...(into[name] ?? []), wallTimestampNs.toString()];
}

async function startRuntime({ disk, platform }: Station, pki: string): Promise<Supervisor> {
  const ledger = await openLedger({
    folder: LEDGER,
    disk,
    clock: platform.clock,
    random: platform.random.fork("ledger"),
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
  const tables = INSTRUMENTS.map(
    (key, i) => `[instruments.${key}]
driver_library = "@helix/driver-opcua-generic"
[instruments.${key}.config]
endpoint_url = "opc.tcp://${DEVICES[i]}:4840"
security_mode = "None"
security_policy = "None"
channel_map = [${channels.join(", ")}]
`,
  );
  return `[ledger]\nfolder = "${LEDGER}"\n[pki]\nfolder = "${pki}"\n${tables.join("")}`;
}
