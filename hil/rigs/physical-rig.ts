/**
 * Rig `physical`: the scenario's instruments as a plant's helix.toml reaches them, in real time. The rig
 * starts no instrument, and has no access to what is truly in the vessel. Its faults are those of a
 * network, on a proxy before an instrument (plant-links.ts). What it records as physical is so by that
 * configuration alone: whether a plant or a stand-in answers at an address, nothing in the protocols says.
 *
 * The run has a ledger of its own in its folder: the plant's is its operators'.
 */
import { join } from "node:path";
import type { HelixConfig } from "@helix/config";
import { accountActor } from "@helix/ledger";
import { createSeededRandom, heapBytesInUse, openHandles, type Platform } from "@helix/platform";
import type { Plan } from "../scenario/plan.ts";
import { Backlog } from "./backlog.ts";
import { ClockedPlant } from "./clocked-plant.ts";
import { closeRun } from "./close-run.ts";
import { FaultInjector } from "./fault-injector.ts";
import type { RunResult } from "./judge-run.ts";
import { missingInPlant } from "./missing-in-plant.ts";
import { PlantLinks } from "./plant-links.ts";
import { RecordWriter } from "./record-writer.ts";
import { runRecorded } from "./recorded-run.ts";
import type { Recorder } from "./recorder.ts";
import { makeRunFolder, type RunFolder } from "./run-folder.ts";
import type { RunWatch } from "./run-watch.ts";
import { RuntimeUnderTest } from "./runtime-under-test.ts";
import { UnsettledCommands } from "./unsettled-commands.ts";

export interface PhysicalRunOptions {
  /** With the commands and the faults that the plant's operators allow. */
  readonly plan: Plan;
  readonly platform: Platform;
  /** Path of the plant's helix.toml. */
  readonly configFile: string;
  /** Value of an environment variable, for the drivers. */
  readonly secret: (variable: string) => string | undefined;
  /** Takes the run's own folder. */
  readonly runsFolder: string;
  readonly helixVersion: string;
  /** The one command that runs this again. */
  readonly replay: string;
  readonly signal: AbortSignal;
  readonly watch: RunWatch;
}

interface RigParts {
  readonly folder: RunFolder;
  readonly backlog: Backlog<Recorder>;
  readonly plant: ClockedPlant;
  readonly links: PlantLinks;
  readonly faults: FaultInjector;
}

/** The plant is not the one that the scenario is written for. */
export class PlantMismatchError extends Error {
  override readonly name = "PlantMismatchError";
}

/**
 * @throws PlantMismatchError, NoLinkError, ProblemsError, DriverLoadError, LedgerOpenError, RecordError or the system's error
 *   before anything is connected. Once the run has begun, trouble is in its verdict.
 */
export async function runOnPlant(options: PhysicalRunOptions): Promise<RunResult> {
  const { plan, platform, watch } = options;
  const { clock } = platform;
  const startedNs = clock.monotonicNs();
  const folder = await makeRunFolder(platform.disk, options.runsFolder, plan.scenario, plan.seed);
  const backlog = new Backlog<Recorder>();
  const plant = new ClockedPlant(clock, plan.beginS);
  const links = new PlantLinks(platform, folder.path);
  const faults = new FaultInjector(links.access, () => plant.timeS);
  try {
    watch.stage("starting the runtime");
    const runtime = await createRuntime(options, { folder, backlog, plant, links, faults });
    const record = await RecordWriter.create(platform.disk, folder.record);
    const inoculationMs = plant.begin((timeS) => watch.time(timeS));
    const judged = await runRecorded({
      ...options,
      rig: "physical",
      originBasis: [
        `${options.configFile} was given for this rig`,
        "HELIX cannot tell a plant from a stand-in at the same address",
        ...(links.description === undefined ? [] : [links.description]),
      ].join("; "),
      speed: 1,
      freeRunning: true,
      clock,
      disk: platform.disk,
      inoculationMs,
      bench: { plant, faults, truthUnits: {} },
      runtime,
      meter: { held: openHandles, heapBytes: heapBytesInUse },
      backlog,
      record,
      ledgerShownAs: runtime.ledgerFolder,
    });
    const wallSeconds = Number(clock.monotonicNs() - startedNs) / 1e9;
    const commands = judged.facts.lines.filter((line) => line.kind === "command");
    return await closeRun(plan, folder, record, { ...judged, commands }, { wallSeconds });
  } finally {
    plant.close();
    await links.close();
  }
}

async function createRuntime(
  { plan, platform, configFile, secret, helixVersion }: PhysicalRunOptions,
  { folder, backlog, plant, links, faults }: RigParts,
): Promise<RuntimeUnderTest> {
  const runtime = await RuntimeUnderTest.create({
    platform,
    random: createSeededRandom(plan.seed).fork("runtime"),
    configFile,
    ofConfig: (config) => links.lay(plan, forScenario(config, plan, folder)),
    origin: "physical",
    isFalsified: (instrument, channel, takenTaiNs) =>
      faults.isFalsified(instrument, channel, plant.ageAt(takenTaiNs)),
    helixVersion,
    scenario: plan.scenario,
    startedBy: accountActor("service"),
    secret,
    onEvent: (event) => backlog.tell((recorder) => recorder.take(event)),
    unsettled: new UnsettledCommands(),
  });
  try {
    const missing = missingInPlant(plan, runtime.instruments);
    if (missing.length > 0)
      throw new PlantMismatchError(`${configFile} is no plant for ${plan.scenario}: ${missing.join("; ")}`);
    links.checkIdentities(runtime.instruments);
    return runtime;
  } catch (error) {
    await runtime.stop("the plant is not the scenario's");
    throw error;
  }
}

/** The scenario's instruments alone, and the run's own ledger. @throws PlantMismatchError */
function forScenario(config: HelixConfig, plan: Plan, folder: RunFolder): HelixConfig {
  const instruments = plan.instruments.map(({ key }) => {
    const found = config.instruments.find((instrument) => instrument.key === key);
    if (found) return { ...found, autoConnect: true };
    const keys = config.instruments.map((instrument) => instrument.key).join(", ");
    throw new PlantMismatchError(
      `${config.source.file} has no [instruments.${key}], which ${plan.scenario} is about; it has ${keys || "none"}`,
    );
  });
  return {
    ...config,
    instruments,
    ledger: {
      folder: join(folder.path, "ledger"),
      emergencyFolder: undefined,
      markFolder: undefined,
      timeStampUrl: undefined,
    },
  };
}
