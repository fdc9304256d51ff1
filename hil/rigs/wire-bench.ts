/**
 * The bench of rig `wire`: a simulator per instrument in a process of its own, a fault proxy on each
 * link, and the helix.toml that leads the runtime to them.
 */
import type { Platform } from "@helix/platform";
import { wireAccess } from "../faults/access/wire.ts";
import { DRIVERS, SIMULATED } from "../parts.ts";
import type { Plan } from "../scenario/plan.ts";
import type { Backlog } from "./backlog.ts";
import { FaultInjector } from "./fault-injector.ts";
import { configuration } from "./instrument-wiring.ts";
import type { Recorder } from "./recorder.ts";
import type { RunFolder } from "./run-folder.ts";
import type { RunWatch } from "./run-watch.ts";
import { type SimulatedInstrument, startSimulatedInstrument } from "./simulated-instrument.ts";
import { SimulatedPlant } from "./simulated-plant.ts";

export interface WireBench {
  readonly plant: SimulatedPlant;
  readonly faults: FaultInjector;
  /** UCUM units of the twin's true states, by name. */
  readonly truthUnits: Readonly<Record<string, string>>;
  /** Value of an environment variable, for the drivers. */
  readonly secret: (variable: string) => string | undefined;
  /** Ends simulators and proxies; the runtime must have stopped. */
  close(): Promise<void>;
}

export interface BenchOptions {
  readonly plan: Plan;
  readonly platform: Platform;
  readonly folder: RunFolder;
  /** Instant of plant time 0, ms since 1970 UTC. */
  readonly inoculationMs: number;
  readonly record: Backlog<Recorder>;
  readonly watch: RunWatch;
  readonly signal: AbortSignal;
}

/** @throws SimulatorError, or the system's error; nothing stays running then */
export async function startWireBench(options: BenchOptions): Promise<WireBench> {
  const { plan, watch } = options;
  const plant = new SimulatedPlant();
  plant.onTime((timeS) => watch.time(timeS));
  const instruments: SimulatedInstrument[] = [];
  const close = async () => {
    await Promise.all(instruments.map((instrument) => instrument.close()));
  };
  try {
    for (const planned of plan.instruments) {
      options.signal.throwIfAborted();
      const started = await startOne(planned, plant, options);
      instruments.push(started);
      plant.add(planned.key, started.simulator, plan.beginS);
    }
    await writeConfig(instruments, options);
  } catch (error) {
    await close();
    throw error;
  }
  const secrets = new Map(instruments.map((instrument) => instrument.secret));
  return {
    plant,
    faults: new FaultInjector(
      new Map(instruments.map((instrument) => [instrument.key, wireAccess(instrument)])),
      () => plant.timeS,
    ),
    truthUnits: instruments[0]?.simulator.truthUnits ?? {},
    secret: (variable) => secrets.get(variable),
    close,
  };
}

function startOne(instrument: Plan["instruments"][number], plant: SimulatedPlant, options: BenchOptions) {
  const { plan, platform, folder, inoculationMs, record, signal } = options;
  const driver = DRIVERS.get(instrument.driver);
  const simulator = SIMULATED.get(instrument.simulator);
  if (!driver || !simulator) throw new Error(`the rig has no parts for ${instrument.key}`);
  // One simulator's truth is enough: they all integrate the same twin.
  const tellsTruth = instrument === plan.instruments[0];
  return startSimulatedInstrument({
    plan,
    instrument,
    driver,
    simulator,
    folder,
    platform,
    signal,
    inoculation: new Date(inoculationMs).toISOString(),
    events: {
      onTime: (timeS, reached) => plant.report(instrument.key, timeS, reached),
      onTruth: (timeS, states) => {
        if (tellsTruth) record.tell((recorder) => recorder.recordTruth(timeS, states));
      },
      onFailure: (error) => plant.fail(error),
    },
  });
}

async function writeConfig(instruments: readonly SimulatedInstrument[], { platform, folder }: BenchOptions) {
  const text = configuration(instruments.map((instrument) => instrument.toml));
  await platform.disk.writeFile(folder.config, new TextEncoder().encode(text));
}
