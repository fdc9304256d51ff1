/**
 * Rig `wire`: real time, real sockets, and the runtime as it is in production.
 *
 * Starts everything, runs the scenario (recorded-run.ts) and ends everything again.
 */
import { taiToUtcNs } from "@helix/hal";
import { createSeededRandom, type Platform } from "@helix/platform";
import type { Plan } from "../scenario/plan.ts";
import { Backlog } from "./backlog.ts";
import { closeRun } from "./close-run.ts";
import type { RunResult } from "./judge-run.ts";
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
    const runtime = await createRuntime(options, { folder, bench, backlog, inoculationMs });
    const record = await RecordWriter.create(platform.disk, folder.record);
    const judged = await runRecorded({
      ...options,
      rig: "wire",
      clock: platform.clock,
      disk: platform.disk,
      inoculationMs,
      bench,
      runtime,
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
  }: { folder: RunFolder; bench: WireBench; backlog: Backlog<Recorder>; inoculationMs: number },
): Promise<RuntimeUnderTest> {
  const inoculationNs = BigInt(inoculationMs) * 1_000_000n;
  return RuntimeUnderTest.create({
    platform,
    random: createSeededRandom(plan.seed).fork("runtime"),
    configFile: folder.config,
    origin: "simulated",
    isFalsified: (instrument, channel, takenTaiNs) =>
      bench.faults.isFalsified(instrument, channel, Number(taiToUtcNs(takenTaiNs) - inoculationNs) / 1e9),
    helixVersion,
    scenario: plan.scenario,
    secret: bench.secret,
    onEvent: (event) => backlog.tell((recorder) => recorder.take(event)),
    unsettled: new UnsettledCommands(),
  });
}
