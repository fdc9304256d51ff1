/**
 * One instrument of the wire rig: simulator process, fault proxy before it, keys and certificates of
 * both ends, and its table of helix.toml.
 */
import { basename, join } from "node:path";
import type { Platform } from "@helix/platform";
import type { LinkAccess } from "../faults/access/access.ts";
import type { DriverPart, SimulatorPart } from "../parts.ts";
import type { Plan, PlannedInstrument } from "../scenario/plan.ts";
import { drawPassword, instrumentToml, TRUTH_PERIOD_S, wiringOf } from "./instrument-wiring.ts";
import type { RunFolder } from "./run-folder.ts";
import { SimulatorProcess, type SimulatorStart } from "./simulator-process.ts";
import { type LaidConnection, layConnection } from "./wire-connection.ts";

/** A driver that does not poll hands samples over as often, in real time: the plant may run at hundreds of times that. */
const POLL_INTERVAL_MS = 100;

export interface InstrumentSetup {
  readonly plan: Plan;
  readonly instrument: PlannedInstrument;
  readonly driver: DriverPart;
  readonly simulator: SimulatorPart;
  readonly folder: RunFolder;
  readonly platform: Platform;
  /** Instant of plant time 0. */
  readonly inoculation: string;
  readonly events: Pick<SimulatorStart, "onTime" | "onTruth" | "onFailure">;
  /** Gives up the start. */
  readonly signal: AbortSignal;
}

export interface SimulatedInstrument {
  readonly key: string;
  readonly simulator: SimulatorProcess;
  readonly link: LinkAccess;
  /** `[instruments.<key>]` and `[instruments.<key>.config]`. */
  readonly toml: string;
  /** The password, by the variable that names it. */
  readonly secret: readonly [variable: string, password: string];
  close(): Promise<void>;
}

/** @throws SimulatorError; or the system's error when a port or file cannot be had */
export async function startSimulatedInstrument(setup: InstrumentSetup): Promise<SimulatedInstrument> {
  const connection = await layConnection(setup.platform, setup.instrument, setup.folder.path);
  try {
    return await startBehind(connection, setup);
  } catch (error) {
    await connection.close();
    throw error;
  }
}

async function startBehind(connection: LaidConnection, setup: InstrumentSetup): Promise<SimulatedInstrument> {
  const { plan, instrument, driver, platform, folder } = setup;
  const { key } = instrument;
  const driverPki = join(folder.pki, key);
  const simulatorPki = join(folder.pki, `${key}-simulator`);
  const pollIntervalMs = driver.polls ? instrument.samplePeriodS * 1000 : POLL_INTERVAL_MS;
  const wiring = wiringOf(key, plan.seed, { at: connection.near, pollIntervalMs });
  const password = drawPassword(platform.random, key);

  await platform.disk.makeFolder(driverPki);
  const certificate = await driver.provision(driverPki, key, platform.clock);
  if (certificate !== undefined) await trust(platform, certificate, simulatorPki);
  const simulator = await SimulatorProcess.start({
    instrument: key,
    module: setup.simulator.module,
    options: setup.simulator.options({
      ...wiring,
      seed: plan.seed,
      twin: plan.twin,
      beginS: plan.beginS,
      inoculation: setup.inoculation,
      samplePeriodS: instrument.samplePeriodS,
      truthPeriodS: TRUTH_PERIOD_S,
      pkiFolder: simulatorPki,
    }),
    environment: { [wiring.passwordEnvVar]: password },
    clock: platform.clock,
    signal: setup.signal,
    ...setup.events,
  });
  try {
    if (simulator.certificateFile !== undefined) await trust(platform, simulator.certificateFile, driverPki);
    const { link, far } = await connection.connect(simulator.endpoint);
    return {
      key,
      simulator,
      link,
      toml: instrumentToml(
        key,
        setup.simulator.title,
        driver.library,
        driver.config({ ...wiring, at: far }),
        instrument,
      ),
      secret: [wiring.passwordEnvVar, password],
      async close() {
        await simulator.stop();
        await connection.close();
      },
    };
  } catch (error) {
    await simulator.stop();
    throw error;
  }
}

/** Puts a certificate into the trust list of the other end. */
async function trust({ disk }: Platform, certificate: string, pkiFolder: string): Promise<void> {
  const folder = join(pkiFolder, "trusted", "certs");
  await disk.makeFolder(folder);
  await disk.writeFile(join(folder, basename(certificate)), await disk.readFile(certificate));
}
