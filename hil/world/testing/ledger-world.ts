/** The real audit ledger on a virtual disk, under power cuts: what was acknowledged must be there. */
import { openLedger, readLedger, verifyLedger } from "@helix/ledger";
import type { Disk } from "@helix/platform";
import type { Station, World, WorldProgram } from "../world.ts";

export interface LedgerWorldOptions {
  readonly cuts: number;
  /** A disk that says "synced" and has not: what must be found. */
  readonly lyingDisk?: boolean;
}

export interface LedgerWorldResult {
  readonly cuts: number;
  readonly acknowledged: number;
  /** Acknowledged records that were not there after a power cut. */
  readonly lost: readonly string[];
  /** Verdicts found on the medium straight after the power cuts. */
  readonly verdicts: Readonly<Record<string, number>>;
}

const FOLDER = "/var/helix/ledger";
const WRITERS = 4;

const run: WorldProgram<LedgerWorldOptions, LedgerWorldResult> = async (
  world,
  { cuts, lyingDisk = false },
) => {
  const station = world.addStation("server");
  const disk = lyingDisk ? lying(station.disk) : station.disk;
  const acknowledged: string[] = [];
  const verdicts: Record<string, number> = {};
  const lost: string[] = [];
  await station.host.start(() => station.disk.makeFolder("/var/helix"));
  await station.host.start(() => station.disk.syncFolder("/"));
  await station.host.start(() => station.disk.syncFolder("/var"));
  for (let cut = 0; cut < cuts; cut++) {
    void station.host.start(() => write(world, station, disk, `boot ${cut}`, acknowledged));
    // Anywhere in a write, its sync, or the opening before it.
    await world.sleep(world.random.fork(`cut ${cut}`).uniform() * 60);
    station.host.crash();
    station.host.reboot();
    const found = await station.host.start(() => look(station));
    verdicts[found.verdict] = (verdicts[found.verdict] ?? 0) + 1;
    lost.push(...acknowledged.filter((reason) => !found.reasons.has(reason)));
  }
  return { cuts, acknowledged: acknowledged.length, lost, verdicts };
};
export default run;

/** Appends without end, several at a time; notes what was acknowledged. */
async function write(
  world: World,
  { platform }: Station,
  disk: Disk,
  boot: string,
  acknowledged: string[],
): Promise<void> {
  const ledger = await openLedger({
    folder: FOLDER,
    disk,
    clock: platform.clock,
    random: platform.random.fork(boot),
  });
  const writer = async (name: string) => {
    for (let n = 0; ; n++) {
      const reason = `${boot} ${name} ${n}`;
      await ledger.append({ type: "RUNTIME_STOPPED", reason });
      acknowledged.push(reason);
      world.note(reason);
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, (_, i) => writer(`writer ${i}`)));
}

async function look({ disk }: Station): Promise<{ verdict: string; reasons: Set<string> }> {
  const reasons = new Set<string>();
  // Before the first ledger is whole there is none, and nothing has been acknowledged.
  if ((await disk.stat(`${FOLDER}/ledger.policy`)) === undefined) return { verdict: "none", reasons };
  const { verdict } = await verifyLedger({ folder: FOLDER, disk });
  for await (const { event } of readLedger({ folder: FOLDER, disk })) {
    if (event.type === "RUNTIME_STOPPED") reasons.add(String(event["reason"]));
  }
  return { verdict, reasons };
}

function lying(disk: Disk): Disk {
  return new Proxy(disk, {
    get: (target, name) => {
      if (name !== "open") return Reflect.get(target, name).bind(target);
      return async (...args: Parameters<Disk["open"]>) => {
        const file = await target.open(...args);
        return new Proxy(file, {
          get: (real, member) =>
            member === "datasync" ? async () => {} : Reflect.get(real, member).bind(real),
        });
      };
    },
  });
}
