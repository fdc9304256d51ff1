/**
 * Rig `wire`: real time, real sockets, and the runtime as it is in production.
 *
 * Starts everything, runs the scenario (recorded-run.ts) and ends everything again.
 */
import { taiToUtcNs } from "@helix/hal";
import { createSeededRandom, heapBytesInUse, openHandles, type Platform } from "@helix/platform";
import type { Plan } from "../scenario/plan.ts";
import { Backlog } from "./backlog.ts";
import { closeRun } from "./close-run.ts";
import type { RunResult } from "./judge-run.ts";
import { PolledTime } from "./polled-time.ts";
import { RecordWriter } from "./record-writer.ts";
import { runRecorded } from "./recorded-run.ts";
import type { Recorder } from "./recorder.ts";
import { makeRunFolder, type RunFolder } from "./run-folder.ts";
import type { RunWatch } from "./run-watch.ts";
import { RuntimeUnderTest } from "./runtime-under-test.ts";
import { UnsettledCommands } from "./unsettled-commands.ts";
import { startWireBench, type WireBench } from "./wire-bench.ts";

export interface WireRunOptions {
  readonly plan: Plan;
  readonly platform: Platform;
  /** Takes the run's own folder. */
  readonly runsFolder: string;
  /** Plant seconds per real second, at the most. */
  readonly speed: number;
  readonly helixVersion: string;
  /** The one command that runs this again. */
  readonly replay: string;
  readonly signal: AbortSignal;
  readonly watch: RunWatch;
}

/**
 * @throws SimulatorError, DriverLoadError, LedgerOpenError, RecordError or the system's error when the bench
 *   cannot be set up; nothing stays running then. Once the run has begun, trouble is in its verdict.
 */
export async function runOnWire(options: WireRunOptions): Promise<RunResult> {
  const { plan, platform, watch, signal } = options;
  const startedNs = platform.clock.monotonicNs();
  const folder = await makeRunFolder(platform.disk, options.runsFolder, plan.scenario, plan.seed);
  // The plant's calendar begins now, on a whole second.
  const inoculationMs = (Number(platform.clock.wallUtcNs() / 1_000_000_000n) - plan.beginS) * 1000;
  const backlog = new Backlog<Recorder>();
  const polled = new PolledTime(plan);
  watch.stage("starting the plant");
  const bench = await startWireBench({
    plan,
    platform,
    folder,
    inoculationMs,
    record: backlog,
    watch,
    signal,
  });
  try {
    signal.throwIfAborted();
    watch.stage("starting the runtime");
    const runtime = await createRuntime(options, { folder, bench, backlog, inoculationMs, polled });
    const record = await RecordWriter.create(platform.disk, folder.record);
    if (polled.reason !== undefined) watch.stage(`running ${polled.reason}`);
    polled.begin(plan, platform.clock);
    const judged = await runRecorded({
      ...options,
      ...(polled.reason === undefined ? {} : { speed: 1, freeRunning: true }),
      polledInoculationMs: (key) => polled.inoculationMs(key),
      rig: "wire",
      clock: platform.clock,
      disk: platform.disk,
      inoculationMs,
      bench,
      runtime,
      // The bench's proxies are in this process too, and as many all the time.
      meter: { held: openHandles, heapBytes: heapBytesInUse },
      backlog,
      record,
      ledgerShownAs: runtime.ledgerFolder,
    });
    const wallSeconds = Number(platform.clock.monotonicNs() - startedNs) / 1e9;
    const commands = judged.facts.lines.filter((line) => line.kind === "command");
    return await closeRun(plan, folder, record, { ...judged, commands }, { wallSeconds });
  } finally {
    await bench.close();
  }
}

function createRuntime(
  { plan, platform, helixVersion }: WireRunOptions,
  {
    folder,
    bench,
    backlog,
    inoculationMs,
    polled,
  }: {
    folder: RunFolder;
    bench: WireBench;
    backlog: Backlog<Recorder>;
    inoculationMs: number;
    polled: PolledTime;
  },
): Promise<RuntimeUnderTest> {
  const plantTimeS = (instrument: string, takenTaiNs: bigint) =>
    (Number(taiToUtcNs(takenTaiNs) / 1000n) / 1000 - (polled.inoculationMs(instrument) ?? inoculationMs)) /
    1000;
  return RuntimeUnderTest.create({
    platform,
    random: createSeededRandom(plan.seed).fork("runtime"),
    configFile: folder.config,
    origin: "simulated",
    isFalsified: (instrument, channel, takenTaiNs) =>
      bench.faults.isFalsified(instrument, channel, plantTimeS(instrument, takenTaiNs)),
    helixVersion,
    scenario: plan.scenario,
    secret: bench.secret,
    onEvent: (event) => backlog.tell((recorder) => recorder.take(event)),
    unsettled: new UnsettledCommands(),
  });
}
