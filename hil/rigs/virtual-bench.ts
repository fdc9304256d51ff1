/**
 * The bench of rig `virtual`: a host with a simulator per instrument, the network to the runtime's
 * host, keys and trust, and the helix.toml that leads the runtime there.
 */
import { basename, join } from "node:path";
import type { FaultAccess, HostedProcess } from "../faults/access/access.ts";
import { virtualDisk } from "../faults/access/virtual-disk-access.ts";
import { virtualHost } from "../faults/access/virtual-host.ts";
import { DRIVERS, type DriverPart, SIMULATED, type SimulatorPart } from "../parts.ts";
import type { PlannedInstrument } from "../scenario/plan.ts";
import type { Station, World } from "../world/index.ts";
import type { Backlog } from "./backlog.ts";
import { FaultInjector } from "./fault-injector.ts";
import {
  configuration,
  drawPassword,
  instrumentToml,
  TRUTH_PERIOD_S,
  wiringOf,
} from "./instrument-wiring.ts";
import type { Bench } from "./recorded-run.ts";
import type { Recorder } from "./recorder.ts";
import type { RunWatch } from "./run-watch.ts";
import { SimulatedPlant } from "./simulated-plant.ts";
import { connectVirtually } from "./virtual-connection.ts";
import type { VirtualRunOptions } from "./virtual-messages.ts";
import { VirtualSimulator } from "./virtual-simulator.ts";

export interface VirtualBench extends Bench {
  /** Text of helix.toml. */
  readonly config: string;
  /** A real folder of this run: the stacks keep keys and certificates there. */
  readonly pkiFolder: string;
  readonly secret: (variable: string) => string | undefined;
}

export interface VirtualBenchOptions {
  readonly world: World;
  readonly runtime: Station;
  /** What runs there. */
  readonly hosted: HostedProcess;
  /** Where the bench's own code runs. */
  readonly bench: Station;
  readonly run: VirtualRunOptions;
  readonly record: Backlog<Recorder>;
  readonly watch: RunWatch;
}

interface VirtualInstrument extends FaultAccess {
  readonly simulator: VirtualSimulator;
  readonly toml: string;
  readonly secret: readonly [variable: string, password: string];
}

const PKI = "pki";
const PRIVATE_KEY = "own/private/private_key.pem";
/** Where messages are rarer than this, so are the driver's other looks at the instrument; s. */
const USUAL_PUBLISH_PERIOD_S = 1;
/** Messages that may fail to come before a connection counts as lost, and one half. */
const SILENT_PERIODS = 2.5;
const PERIODS_PER_HEALTH_CHECK = 30;

/** @throws SimulatorError; what the drivers throw */
export async function startVirtualBench(options: VirtualBenchOptions): Promise<VirtualBench> {
  const { world, run, watch } = options;
  const { plan } = run;
  const plant = new SimulatedPlant(options.bench.platform.clock);
  plant.onTime((timeS) => watch.time(timeS));
  const instruments = new Map<string, VirtualInstrument>();
  for (const planned of plan.instruments) {
    const instrument = await startInstrument(planned, plant, options);
    instruments.set(planned.key, instrument);
    plant.add(planned.key, instrument.simulator, plan.beginS);
  }
  const all = [...instruments.values()];
  const secrets = new Map(all.map(({ secret }) => secret));
  return {
    plant,
    faults: new FaultInjector(
      new Map<string, FaultAccess>([...instruments, ["runtime", runtimeAccess(options)]]),
      () => plant.timeS,
    ),
    truthUnits: all[0]?.simulator.truthUnits ?? {},
    config: configuration(all.map(({ toml }) => toml)),
    pkiFolder: join(world.scratchFolder, PKI),
    secret: (variable) => secrets.get(variable),
  };
}

async function startInstrument(
  planned: PlannedInstrument,
  plant: SimulatedPlant,
  options: VirtualBenchOptions,
): Promise<VirtualInstrument> {
  const { world, runtime, bench, run, record } = options;
  const { plan } = run;
  const { key, samplePeriodS, publishPeriodS } = planned;
  const { driver, simulator } = partsOf(planned.driver, planned.simulator);
  const station = world.addStation(key, simulator.needsRealm ? { realm: planned.simulator } : {});
  const connection = connectVirtually(world, runtime, station, planned);
  const isRare = publishPeriodS > USUAL_PUBLISH_PERIOD_S;
  const wiring = wiringOf(key, plan.seed, {
    at: connection.near,
    pollIntervalMs: (driver.polls ? samplePeriodS : publishPeriodS) * 1000,
    ...(isRare ? { silenceLimitMs: SILENT_PERIODS * publishPeriodS * 1000 } : {}),
  });
  const settings = {
    ...planned,
    ...(isRare ? { healthCheckIntervalS: PERIODS_PER_HEALTH_CHECK * publishPeriodS } : {}),
  };
  const password = drawPassword(station.platform.random, key);
  const { driverPki, simulatorPki } = await provision(key, driver, options);
  const tellsTruth = key === plan.instruments[0]?.key;
  const started = await VirtualSimulator.start({
    world,
    station,
    bench: bench.host,
    instrument: key,
    program: simulator.program,
    options: simulator.options({
      ...wiring,
      seed: plan.seed,
      twin: plan.twin,
      beginS: plan.beginS,
      inoculation: new Date(run.inoculationMs).toISOString(),
      samplePeriodS,
      truthPeriodS: TRUTH_PERIOD_S,
      pkiFolder: join(world.scratchFolder, simulatorPki),
    }),
    password,
    onTime: (timeS, reached) => plant.report(key, timeS, reached),
    onTruth: (timeS, states) => {
      if (tellsTruth) record.tell((recorder) => recorder.recordTruth(timeS, states));
    },
    onFailure: (error) => plant.fail(error),
  });
  if (started.certificateFile !== undefined) trust(world, started.certificateFile, driverPki);
  return {
    simulator: started,
    link: connection.link,
    ...(connection.cable === undefined ? {} : { cable: connection.cable }),
    instrument: started,
    plant: started,
    toml: instrumentToml(
      key,
      simulator.title,
      driver.packageName,
      driver.config({ ...wiring, at: connection.far }),
      settings,
    ),
    secret: [wiring.passwordEnvVar, password],
  };
}

const runtimeAccess = ({ world, runtime, hosted }: VirtualBenchOptions): FaultAccess => ({
  host: virtualHost(world.network, runtime, hosted),
  disk: virtualDisk(runtime.disk),
});

function partsOf(
  driverName: string,
  simulatorName: string,
): { driver: DriverPart; simulator: SimulatorPart } {
  const driver = DRIVERS.get(driverName);
  const simulator = SIMULATED.get(simulatorName);
  if (!driver || !simulator) throw new Error(`the rig has no parts for ${driverName} and ${simulatorName}`);
  return { driver, simulator };
}

/** Keys of both ends, and the driver's certificate where the simulator trusts it; paths in the scratch folder. */
async function provision(key: string, driver: DriverPart, { world, runtime, run }: VirtualBenchOptions) {
  const driverPki = join(PKI, key);
  const simulatorPki = join(PKI, `${key}-simulator`);
  world.putScratchFile(join(driverPki, PRIVATE_KEY), run.keys.driver);
  world.putScratchFile(join(simulatorPki, PRIVATE_KEY), run.keys.simulator);
  world.putScratchFile(join(simulatorPki, "users", PRIVATE_KEY), run.keys.simulator);
  const certificate = await runtime.host.start(async () => {
    await world.kernel.fenced("import", () => driver.preload());
    return driver.provision(join(world.scratchFolder, driverPki), key, runtime.platform.clock);
  });
  if (certificate !== undefined) trust(world, certificate, simulatorPki);
  return { driverPki, simulatorPki };
}

/** Puts a certificate into the trust list of the other end. */
function trust(world: World, certificate: string, pkiFolder: string): void {
  const file = join(pkiFolder, "trusted", "certs", basename(certificate));
  world.putScratchFile(file, world.readRealFile(certificate));
}
