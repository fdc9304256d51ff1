/** A runtime with two instruments over OPC UA in a world; the driver of one is replaced while both stream. */
import { cpSync } from "node:fs";
import { join } from "node:path";
import { decodeFrame, FRAME_BYTES, instrumentIdAsU64, parseInstrumentId } from "@helix/hal";
import { readLedger } from "@helix/ledger";
import type { Supervisor } from "@helix/supervisor";
import type { WorldProgram } from "../world.ts";
import { startServer } from "./opcua-server.ts";
import { LEDGER, makeLedgerFolder, startRuntime } from "./runtime-on-station.ts";

export interface ReloadWorldResult {
  /** By instrument and channel, the times of its values in ns TAI, as decimal text, in the order of the ring. */
  readonly taken: Readonly<Record<string, readonly string[]>>;
  /** ns TAI when the order was given, and when it was done. */
  readonly reload: { readonly fromNs: string; readonly toNs: string };
  /** `type instrument`, in order. */
  readonly records: readonly string[];
}

/** The second one's driver is replaced. */
export const INSTRUMENTS = [
  { key: "brx-1", device: "device-1" },
  { key: "brx-2", device: "device-2" },
] as const;

const run: WorldProgram<{ readonly identities: string }, ReloadWorldResult> = async (
  world,
  { identities },
) => {
  const scratch = world.scratchFolder;
  cpSync(identities, scratch, { recursive: true });
  for (const { device } of INSTRUMENTS)
    await world.addStation(device).host.start((host) =>
      startServer({
        hostname: host.name,
        pki: join(scratch, device),
        secured: false,
        random: host.random.fork("values"),
      }),
    );
  const server = world.addStation("server");
  const taken: Record<string, string[]> = {};
  const started = Promise.withResolvers<Supervisor>();
  await server.host.start(async () => {
    await makeLedgerFolder(server);
    const supervisor = await startRuntime(server, scratch, INSTRUMENTS);
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
