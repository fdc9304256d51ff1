/**
 * Rig `wire`: real time, real sockets, and the runtime as it is in production.
 *
 * Starts everything, conducts the scenario, stops everything in order (the runtime before the plant,
 * so that sessions are closed with a peer that is there), reads the ledger back and judges.
 */
import { taiToUtcNs } from "@helix/hal";
import { createSeededRandom, type Platform } from "@helix/platform";
import { RUN_RECORD_VERSION, type RunLine } from "@helix/run-record";
import type { Interruption } from "../expectations/run-verdict.ts";
import type { Plan } from "../scenario/plan.ts";
import { Backlog } from "./backlog.ts";
import { conduct } from "./conductor.ts";
import { judgeRun, type RunResult } from "./judge-run.ts";
import { RecordWriter } from "./record-writer.ts";
import { Recorder } from "./recorder.ts";
import { makeRunFolder, type RunFolder } from "./run-folder.ts";
import type { RunWatch } from "./run-watch.ts";
import { RuntimeUnderTest } from "./runtime-under-test.ts";
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

/** Real time for the last samples to come through after the plant has stopped. */
const DRAIN_BUDGET_MS = 5_000;
const DRAIN_STEP_MS = 20;

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
    return await runRecorded({ ...options, folder, inoculationMs, startedNs, bench, runtime, backlog });
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
  }: Pick<RecordedRun, "folder" | "bench" | "backlog" | "inoculationMs">,
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
  });
}

interface RecordedRun extends WireRunOptions {
  readonly folder: RunFolder;
  readonly inoculationMs: number;
  readonly startedNs: bigint;
  readonly bench: WireBench;
  readonly runtime: RuntimeUnderTest;
  readonly backlog: Backlog<Recorder>;
}

async function runRecorded(run: RecordedRun): Promise<RunResult> {
  const { plan, platform, bench, runtime, folder, watch } = run;
  const record = await RecordWriter.create(platform.disk, folder.record);
  const line = runLine(run);
  record.add(line);
  const recorder = new Recorder({
    record,
    instruments: line.instruments,
    frames: runtime.frames,
    plantTimeS: () => bench.plant.timeS,
    inoculationMs: run.inoculationMs,
    watch,
    onFailure: (error) => bench.plant.fail(error),
  });
  run.backlog.deliverTo(recorder);

  const interruption = await conductScenario(run, recorder);
  const reachedS = bench.plant.timeS;
  bench.faults.endAll(reachedS);
  watch.stage("stopping");
  const stopped = await stopRuntime(runtime, interruption);
  recorder.drain();
  await recorder.finish();
  return judgeRun({
    plan,
    platform,
    folder,
    record,
    recorder,
    faults: bench.faults,
    reachedS,
    ledger: { folder: runtime.ledgerFolder, checkpoint: stopped.checkpoint },
    interruption: stopped.interruption,
    wallSeconds: () => Number(platform.clock.monotonicNs() - run.startedNs) / 1e9,
  });
}

/** Undefined when the run came to its planned end. */
async function conductScenario(run: RecordedRun, recorder: Recorder): Promise<Interruption | undefined> {
  const { plan, platform, bench, runtime, watch, signal, speed } = run;
  const { plant, faults } = bench;
  const say = (text: string) => watch.event(plant.timeS, text);
  watch.stage("connecting");
  runtime.start();
  try {
    const end = await conduct({
      plan,
      plant,
      clock: platform.clock,
      speed,
      runtime,
      signal,
      async dispatch(command) {
        const sentAtS = plant.timeS;
        const report = await runtime.dispatch(command);
        recorder.recordCommand(command, sentAtS, report);
        say(
          `${command.description}: ${report.outcome}${report.reason === undefined ? "" : ` (${report.reason})`}`,
        );
      },
      beginFault(fault) {
        faults.begin(fault);
        say(`fault ${fault.id} begins: ${fault.inject} on ${fault.on}`);
      },
      endFault(fault) {
        faults.end(fault);
        say(`fault ${fault.id} ends`);
      },
    });
    if (end.how === "stuck")
      return { verdict: "fail", cause: "driver", summary: `The run was given up: ${end.reason}.` };
    await lastSamples(run, recorder);
    return undefined;
  } catch (error) {
    if (signal.aborted)
      return { verdict: "inconclusive", cause: "test", summary: "The run was stopped before its end." };
    return { verdict: "invalid", cause: "bench", summary: `The bench failed: ${(error as Error).message}` };
  }
}

/** Waits until every instrument has delivered the last sample of the plant, or the budget is spent. */
async function lastSamples({ plan, platform, signal }: RecordedRun, recorder: Recorder): Promise<void> {
  for (let waitedMs = 0; waitedMs < DRAIN_BUDGET_MS; waitedMs += DRAIN_STEP_MS) {
    const complete = plan.instruments.every(
      ({ key, samplePeriodS }) => recorder.latestSampleS(key) > plan.endS - samplePeriodS,
    );
    if (complete) return;
    await platform.clock.sleep(DRAIN_STEP_MS, signal);
  }
}

async function stopRuntime(runtime: RuntimeUnderTest, interruption: Interruption | undefined) {
  try {
    const { checkpoint } = await runtime.stop(interruption?.summary ?? "the scenario has ended");
    return { checkpoint, interruption };
  } catch (error) {
    const summary = `The runtime did not stop in order: ${(error as Error).message}`;
    return { checkpoint: undefined, interruption: { verdict: "fail", cause: "driver", summary } as const };
  }
}

function runLine(run: RecordedRun): RunLine {
  const { plan, speed, helixVersion, replay, inoculationMs, runtime, bench } = run;
  return {
    kind: "run",
    version: RUN_RECORD_VERSION,
    scenario: plan.scenario,
    title: plan.title,
    covers: plan.covers,
    scenarioHash: plan.scenarioHash,
    seed: plan.seed,
    rig: "wire",
    twin: plan.twin,
    truthUnits: bench.truthUnits,
    beginS: plan.beginS,
    endS: plan.endS,
    speed,
    startedAt: new Date(inoculationMs + plan.beginS * 1000).toISOString(),
    inoculation: new Date(inoculationMs).toISOString(),
    helixVersion,
    node: process.version,
    instruments: runtime.instruments.map((view) => ({
      key: view.key,
      instrumentId: view.instrumentId,
      displayName: view.displayName,
      driver: view.driverName,
      simulator: plan.instruments.find(({ key }) => key === view.key)?.simulator,
      origin: view.origin,
      channels: view.channels.map(({ id, name, unit, range }) => ({ id, name, unit, range })),
    })),
    replay,
  };
}
