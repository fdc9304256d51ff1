/**
 * The whole runtime in a world: supervisor, generic OPC UA driver, ring and the ledger on the virtual
 * disk, against a real OPC UA server, through a partition and a power cut of the runtime's own host.
 */
import { cpSync } from "node:fs";
import { join } from "node:path";
import { FRAME_BYTES } from "@helix/hal";
import { readLedger, verifyLedger } from "@helix/ledger";
import type { WorldProgram } from "../world.ts";
import { startServer } from "./opcua-server.ts";
import { LEDGER, makeLedgerFolder, startRuntime } from "./runtime-on-station.ts";

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

/** A partition and a power cut take longer than the ten attempts that are usual. */
const INSTRUMENTS = [{ key: "brx-07", device: "bioreactor", reconnectRetries: 100 }];

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
      const supervisor = await startRuntime(server, scratch, INSTRUMENTS);
      const reader = supervisor.ring.reader();
      const frame = new Uint8Array(FRAME_BYTES);
      server.platform.clock.interval(100, () => {
        while (reader.read(frame)) frames[index] = (frames[index] ?? 0) + 1;
      });
    });
  };
  await server.host.start(() => makeLedgerFolder(server));
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
