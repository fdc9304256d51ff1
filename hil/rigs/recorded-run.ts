/**
 * A run from the first line of its record to the judging, on any rig: conducts
 * the scenario, stops the runtime before the plant (so that sessions are closed with a peer that is
 * there), reads the ledger back and judges.
 */
import type { Clock } from "@helix/hal";
import { LedgerUnavailableError } from "@helix/ledger";
import type { Disk } from "@helix/platform";
import { type Rig, RUN_RECORD_VERSION, type RunLine } from "@helix/run-record";
import type { Interruption } from "../expectations/run-verdict.ts";
import { meetsDisconnect } from "../faults/meets-disconnect.ts";
import { ConditionWatch } from "../scenario/condition-watch.ts";
import type { Plan } from "../scenario/plan.ts";
import type { Backlog } from "./backlog.ts";
import { conduct } from "./conductor.ts";
import type { FaultInjector } from "./fault-injector.ts";
import { type JudgedRun, judgeRun } from "./judge-run.ts";
import type { Plant } from "./plant.ts";
import type { RunRecordSink } from "./record-writer.ts";
import { Recorder } from "./recorder.ts";
import { type ResourceMeter, watchResources } from "./resource-watch.ts";
import type { RunWatch } from "./run-watch.ts";
import type { RuntimeDoor } from "./runtime-under-test.ts";
import { UnsentError } from "./unsent-error.ts";

/** The plant's side of a run. */
export interface Bench {
  readonly plant: FailingPlant;
  readonly faults: FaultInjector;
  /** UCUM units of the twin's true states, by name. */
  readonly truthUnits: Readonly<Record<string, string>>;
}

/** A plant that the recording may have to give up. */
export interface FailingPlant extends Plant {
  /** Nothing will be reached any more. */
  fail(error: Error): void;
}

export interface RecordedRun {
  readonly plan: Plan;
  readonly rig: Rig;
  /** On what the origin of the readings rests, where the rig cannot vouch for it. */
  readonly originBasis?: string;
  /** The bench's. */
  readonly clock: Clock;
  /** The runtime's: the ledger is on it. */
  readonly disk: Disk;
  /** Plant seconds per second of the bench's clock, at the most. */
  readonly speed: number;
  /** As for the conductor. */
  readonly freeRunning?: boolean;
  readonly helixVersion: string;
  /** The one command that runs this again. */
  readonly replay: string;
  /** Instant of plant time 0, ms since 1970 UTC. */
  readonly inoculationMs: number;
  /** The same by the runtime's clock, for an instrument whose driver stamps what it polls; else undefined. */
  readonly polledInoculationMs?: (instrument: string) => number | undefined;
  readonly bench: Bench;
  readonly runtime: RuntimeDoor;
  readonly meter: ResourceMeter;
  readonly backlog: Backlog<Recorder>;
  readonly record: RunRecordSink;
  /** Where people will find the ledger. */
  readonly ledgerShownAs: string;
  readonly signal: AbortSignal;
  readonly watch: RunWatch;
}

/** Time of the bench's clock for the last samples to come through after the plant has stopped. */
const DRAIN_BUDGET_MS = 5_000;
const DRAIN_STEP_MS = 20;

/** Trouble is in the verdict. The record lacks only its last line then. */
export async function runRecorded(run: RecordedRun): Promise<JudgedRun> {
  const { plan, bench, runtime, record, watch } = run;
  const line = runLine(run);
  record.add(line);
  record.add({ kind: "plan", plan });
  const recorder = new Recorder({
    record,
    instruments: line.instruments,
    frames: runtime.frames,
    plantTimeS: () => bench.plant.timeS,
    inoculationMs: (key) => run.polledInoculationMs?.(key) ?? run.inoculationMs,
    watch,
    onFailure: (error) => bench.plant.fail(error),
  });
  run.backlog.deliverTo(recorder);

  const resources = watchResources({ ...run, plant: bench.plant });
  const interruption = await conductScenario(run, recorder);
  resources.cancel();
  const reachedS = bench.plant.timeS;
  // After an interruption nothing is to keep the runtime from a stop in order.
  bench.faults.endAll(reachedS, (fault) => interruption === undefined && meetsDisconnect(fault, plan));
  watch.stage("stopping");
  const stopped = await stopRuntime(runtime, interruption);
  bench.faults.endAll(reachedS);
  if (stopped.last?.refusal !== undefined)
    watch.event(reachedS, `the ledger took no record of the stop: ${stopped.last.refusal}`);
  recorder.drain();
  await recorder.finish();
  return judgeRun({
    plan,
    disk: run.disk,
    record,
    recorder,
    faults: bench.faults,
    reachedS,
    ledger: {
      folder: runtime.ledgerFolder,
      shownAs: run.ledgerShownAs,
      last: stopped.last,
    },
    interruption: stopped.interruption,
  });
}

/** Undefined when the run came to its planned end. */
async function conductScenario(run: RecordedRun, recorder: Recorder): Promise<Interruption | undefined> {
  const { plan, clock, bench, runtime, record, watch, signal, speed, freeRunning = false } = run;
  const { plant, faults } = bench;
  const say = (text: string) => watch.event(plant.timeS, text);
  const conditions = new ConditionWatch(plan);
  watch.stage("connecting");
  runtime.start();
  try {
    const end = await conduct({
      plan,
      plant,
      clock,
      speed,
      freeRunning,
      runtime,
      signal,
      async dispatch(command) {
        const sentAtS = plant.timeS;
        try {
          const report = await runtime.dispatch(command);
          recorder.recordCommand(command, sentAtS, report);
          say(
            `${command.description}: ${report.outcome}${report.reason === undefined ? "" : ` (${report.reason})`}`,
          );
        } catch (error) {
          if (!(error instanceof UnsentError || error instanceof LedgerUnavailableError)) throw error;
          recorder.recordUnsent(command, sentAtS, error);
          say(`${command.description}: not sent (${error.message})`);
        }
      },
      conditions: {
        get isWaiting() {
          return conditions.isWaiting;
        },
        due: () => conditions.due(record.lines, plant.timeS),
      },
      beginFault(fault) {
        faults.begin(fault);
        say(`fault ${fault.id} begins: ${fault.inject} on ${fault.on}`);
      },
      endFault(fault) {
        if (meetsDisconnect(fault, plan)) return;
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
async function lastSamples({ plan, clock, signal }: RecordedRun, recorder: Recorder): Promise<void> {
  for (let waitedMs = 0; waitedMs < DRAIN_BUDGET_MS; waitedMs += DRAIN_STEP_MS) {
    const complete = plan.instruments.every(
      ({ key, samplePeriodS }) => recorder.latestSampleS(key) > plan.endS - samplePeriodS,
    );
    if (complete) return;
    await clock.sleep(DRAIN_STEP_MS, signal);
  }
}

async function stopRuntime(runtime: RuntimeDoor, interruption: Interruption | undefined) {
  try {
    const last = await runtime.stop(interruption?.summary ?? "the scenario has ended");
    return { last, interruption };
  } catch (error) {
    const summary = `The runtime did not stop in order: ${(error as Error).message}`;
    return { last: undefined, interruption: { verdict: "fail", cause: "driver", summary } as const };
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
    rig: run.rig,
    ...(run.originBasis === undefined ? {} : { originBasis: run.originBasis }),
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
      simulator:
        run.rig === "physical" ? undefined : plan.instruments.find(({ key }) => key === view.key)?.simulator,
      origin: view.origin,
      channels: view.channels.map(({ id, name, unit, range: { min, max } }) => ({
        id,
        name,
        unit,
        range: { min: stated(min), max: stated(max) },
      })),
    })),
    replay,
  };
}

/** A limit that a driver does not state is infinite, which JSON has no number for. */
const stated = (limit: number): number | null => (Number.isFinite(limit) ? limit : null);
