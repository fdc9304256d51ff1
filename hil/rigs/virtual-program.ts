/**
 * What runs in the virtual rig's world: the bench, the instruments' hosts, and a host with the
 * runtime as it is in production, its ledger on its virtual disk.
 */
import { posix } from "node:path";
import { taiToUtcNs } from "@helix/hal";
import { readLedger } from "@helix/ledger";
import type { Disk } from "@helix/platform";
import { createSystemPlatform, heapBytesInUse } from "@helix/platform";
import { DRIVERS } from "../parts.ts";
import type { Plan } from "../scenario/plan.ts";
import type { Station, World, WorldProgram } from "../world/index.ts";
import { Backlog } from "./backlog.ts";
import { ledgerFound } from "./ledger-evidence.ts";
import { recordedCommands } from "./orphaned-commands.ts";
import { PostedRecord } from "./posted-record.ts";
import { runRecorded } from "./recorded-run.ts";
import type { Recorder } from "./recorder.ts";
import { type RestartingOptions, RestartingRuntime } from "./restarting-runtime.ts";
import { type RuntimeDoor, RuntimeUnderTest } from "./runtime-under-test.ts";
import { UnsettledCommands } from "./unsettled-commands.ts";
import { startVirtualBench, type VirtualBench } from "./virtual-bench.ts";
import {
  type FromWorld,
  RUNTIME_HOST,
  type VirtualResult,
  type VirtualRunOptions,
} from "./virtual-messages.ts";
import { createVirtualWatch } from "./virtual-watch.ts";

const HOME = "/var/helix";
const CONFIG = `${HOME}/helix.toml`;
/** Path in the run's folder. */
const LEDGER = "ledger";

const run: WorldProgram<VirtualRunOptions, VirtualResult> = async (world, options) => {
  const { plan } = options;
  const post = (message: FromWorld) => world.progress(message);
  const stop = new AbortController();
  const watch = createVirtualWatch(plan, post, options.stop, stop);
  const bench = world.addStation("bench");
  const runtime = world.addStation(RUNTIME_HOST);
  const backlog = new Backlog<Recorder>();
  watch.stage("starting the plant");
  const unsettled = new UnsettledCommands();
  const door = restartingOn(runtime, {
    clock: bench.platform.clock,
    scenario: plan.scenario,
    unsettled,
    backlog,
  });
  const virtual = await startVirtualBench({
    world,
    runtime,
    hosted: door,
    bench,
    run: options,
    record: backlog,
    watch,
  });
  watch.stage("starting the runtime");
  await prepareHost(world, runtime, plan, virtual.config);
  await door.begin((boot) => createRuntime(runtime, boot, options, virtual, { unsettled, backlog }));
  const lateMs = options.leadMs - world.seconds * 1000;
  if (lateMs < 0) throw new Error(`setting up took ${-lateMs} ms of virtual time too many`);
  await bench.platform.clock.sleep(lateMs);
  const record = new PostedRecord("record.jsonl", post);
  const { facts, ...judged } = await runRecorded({
    plan,
    rig: "virtual",
    clock: bench.platform.clock,
    disk: runtime.disk,
    speed: 1,
    freeRunning: true,
    helixVersion: options.helixVersion,
    replay: options.replay,
    inoculationMs: options.inoculationMs,
    bench: virtual,
    runtime: door,
    meter: {
      held: () => ({
        sockets: world.network.socketsOf(runtime.host),
        timers: world.kernel.timersOf(runtime.host),
      }),
      heapBytes: heapBytesInUse,
    },
    backlog,
    record,
    ledgerShownAs: LEDGER,
    signal: stop.signal,
    watch,
  });
  await handOut(runtime.disk, door.ledgerFolder, LEDGER, post);
  post({ type: "file", path: posix.basename(CONFIG), bytes: new TextEncoder().encode(virtual.config) });
  record.flush();
  return { ...judged, commands: facts.lines.filter((line) => line.kind === "command") };
};
export default run;

/** What follows its host through deaths and starts. */
function restartingOn(
  { host, disk }: Station,
  { backlog, ...run }: Pick<RestartingOptions, "clock" | "scenario" | "unsettled"> & Shared,
): RestartingRuntime {
  return new RestartingRuntime({
    ...run,
    recorder: backlog,
    inspect: (folder) => host.start(() => ledgerFound(disk, folder)),
    recordedCommands: (folder) => host.start(() => recordedCommands(readLedger({ folder, disk }))),
  });
}

interface Shared {
  readonly unsettled: UnsettledCommands;
  readonly backlog: Backlog<Recorder>;
}

async function prepareHost(world: World, { host, disk }: Station, plan: Plan, config: string): Promise<void> {
  for (const { driver } of plan.instruments) {
    await host.start(() => world.kernel.fenced("import", async () => DRIVERS.get(driver)?.loadManifest()));
  }
  await host.start(async () => {
    await disk.makeFolder(HOME);
    for (const folder of ["/", posix.dirname(HOME)]) await disk.syncFolder(folder);
    await disk.writeFile(CONFIG, new TextEncoder().encode(config));
  });
}

async function createRuntime(
  station: Station,
  boot: number,
  { plan, helixVersion, inoculationMs }: VirtualRunOptions,
  bench: VirtualBench,
  { unsettled, backlog }: Shared,
): Promise<RuntimeDoor> {
  const { host, platform } = station;
  const inoculationNs = BigInt(inoculationMs) * 1_000_000n;
  const runtime = await host.start(() =>
    RuntimeUnderTest.create({
      platform,
      // A process that starts anew draws anew: ids of commands must not come back.
      random: platform.random.fork(boot === 1 ? "runtime" : `runtime ${boot}`),
      configFile: CONFIG,
      origin: "simulated",
      isFalsified:
        plan.faults.length === 0
          ? undefined
          : (instrument, channel, takenTaiNs) => {
              const takenS = Number(taiToUtcNs(takenTaiNs) - inoculationNs) / 1e9;
              return bench.faults.isFalsified(instrument, channel, takenS);
            },
      helixVersion,
      scenario: plan.scenario,
      secret: bench.secret,
      unsettled,
      onEvent: (event) => backlog.tell((recorder) => recorder.take(event)),
      // The drivers' modules and the stacks' keys are files of this machine, not of the virtual disk.
      installation: { disk: createSystemPlatform(0).disk, pkiFolder: bench.pkiFolder },
    }),
  );
  return asSeenFromOutside(station, runtime);
}

/** The runtime's door, through which everything runs as its own host's code. */
function asSeenFromOutside({ host }: Station, runtime: RuntimeUnderTest): RuntimeDoor {
  return {
    ledgerFolder: runtime.ledgerFolder,
    frames: runtime.frames,
    get instruments() {
      return runtime.instruments;
    },
    get streams() {
      return runtime.streams;
    },
    get unsettledCommands() {
      return runtime.unsettledCommands;
    },
    onChange: (listener) => runtime.onChange(listener),
    start: () => host.run(() => runtime.start()),
    dispatch: (command) => host.start(() => runtime.dispatch(command)),
    stop: (reason) => host.start(() => runtime.stop(reason)),
  };
}

/** Copies a folder of a virtual disk into the run's folder. */
async function handOut(
  disk: Disk,
  folder: string,
  to: string,
  post: (message: FromWorld) => void,
): Promise<void> {
  for (const name of await disk.list(folder)) {
    const from = posix.join(folder, name);
    const path = posix.join(to, name);
    if ((await disk.stat(from))?.kind === "folder") await handOut(disk, from, path, post);
    else post({ type: "file", path, bytes: await disk.readFile(from) });
  }
}
