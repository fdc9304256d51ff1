/**
 * The runtime, as a rig sees it: the same supervisor, pipeline and ledger as in production, with the
 * origin that the rig states. Everything that knows the supervisor's door is here.
 */
import { createHash } from "node:crypto";
import type { RingReader } from "@helix/bus";
import { type HelixConfig, loadHelixConfig } from "@helix/config";
import type { Origin, Random } from "@helix/hal";
import { type Actor, type Ledger, LedgerUnavailableError, openLedger } from "@helix/ledger";
import { type Disk, type Platform, silentLog } from "@helix/platform";
import {
  type CommandReport,
  createInProcessHost,
  createSupervisor,
  formerRecords,
  type Supervisor,
  type SupervisorEvent,
} from "@helix/supervisor";
import type { PlannedCommand } from "../scenario/plan.ts";
import type { RuntimeState } from "./conductor.ts";
import { actorOf, type CalibrationReport, calibrateAs, instrumentCommand } from "./planned-command.ts";
import type { UnsettledCommands } from "./unsettled-commands.ts";

export interface RuntimeStart {
  /** Its chance is the system's: the ledger's key comes from it. */
  readonly platform: Platform;
  /** The run's: what the runtime leaves to chance, such as the jitter of its back-off, repeats. */
  readonly random: Random;
  /** Path of helix.toml. */
  readonly configFile: string;
  /** What of it this run uses, and how; absent: all as it is. */
  readonly ofConfig?: (config: HelixConfig) => Promise<HelixConfig>;
  /** A person, or the account that the run belongs to; absent: the rig. */
  readonly startedBy?: Actor;
  readonly origin: Origin;
  /** Whether the rig has falsified the reading that was taken then (ns TAI); absent where it never will. */
  readonly isFalsified?: ((instrument: string, channel: string, takenTaiNs: bigint) => boolean) | undefined;
  readonly helixVersion: string;
  /** Name of the scenario, the actor of its commands. */
  readonly scenario: string;
  readonly secret: (environmentVariable: string) => string | undefined;
  readonly onEvent: (event: SupervisorEvent) => void;
  /** Shared with the runtimes before and after it in the same run. */
  readonly unsettled: UnsettledCommands;
  /** Where the drivers' modules and the PKI folder are real files though `platform.disk` is not. */
  readonly installation?: { readonly disk: Disk; readonly pkiFolder: string };
}

/** What the ledger has of the stop: a checkpoint over it; or why it took no record, which is no disorder of the stop. */
export type LastRecord =
  | { readonly checkpoint: string; readonly refusal?: undefined }
  | { readonly checkpoint?: undefined; readonly refusal: string };

/** What a rig does with the runtime. */
export type RuntimeDoor = Pick<RuntimeUnderTest, keyof RuntimeUnderTest>;

export class RuntimeUnderTest implements RuntimeState {
  readonly ledgerFolder: string;
  /** From the first frame on. */
  readonly frames: Pick<RingReader, "read" | "missed">;
  readonly #scenario: string;
  readonly #ledger: Ledger;
  readonly #supervisor: Supervisor;
  readonly #unsettled: UnsettledCommands;
  readonly #listeners: Set<() => void>;

  /** Loads the drivers; nothing is connected yet. @throws ProblemsError, DriverLoadError, LedgerOpenError */
  static async create(start: RuntimeStart): Promise<RuntimeUnderTest> {
    const { platform, origin, helixVersion, secret, installation, isFalsified } = start;
    const written = await loadHelixConfig({ disk: platform.disk, path: start.configFile });
    const used = (await start.ofConfig?.(written)) ?? written;
    const config = installation ? { ...used, pki: { folder: installation.pkiFolder } } : used;
    const ledger = await openLedger({ folder: config.ledger.folder, ...platform, dataOrigin: origin });
    const state = { unsettled: start.unsettled, listeners: new Set<() => void>() };
    try {
      const supervisor: Supervisor = await createSupervisor({
        platform: { ...platform, random: start.random },
        ledger,
        formerRecords: formerRecords({ folder: config.ledger.folder, disk: platform.disk }),
        host: createInProcessHost(installation?.disk ?? platform.disk),
        config,
        origin,
        ...(isFalsified && {
          originOf(key, channelId, takenTaiNs) {
            const view = supervisor.instruments.find((instrument) => instrument.key === key);
            const channel = view?.channels.find(({ id }) => id === channelId);
            return channel && isFalsified(key, channel.name, takenTaiNs) ? "faulted" : origin;
          },
        }),
        configurationHash: createHash("sha256").update(config.source.text).digest("hex"),
        ...(start.startedBy === undefined ? {} : { startedBy: start.startedBy }),
        helixVersion,
        nodeVersion: process.version,
        log: silentLog,
        secret,
        onEvent(event) {
          if (event.type === "command-resolved") state.unsettled.resolved(event.resolution.id);
          start.onEvent(event);
          // Neither the streams nor the commands change with each sample that comes.
          if (event.type === "frames") return;
          for (const listener of state.listeners) listener();
        },
      });
      return new RuntimeUnderTest(start.scenario, config.ledger.folder, ledger, supervisor, state);
    } catch (error) {
      await ledger.close();
      throw error;
    }
  }

  private constructor(
    scenario: string,
    ledgerFolder: string,
    ledger: Ledger,
    supervisor: Supervisor,
    state: { unsettled: UnsettledCommands; listeners: Set<() => void> },
  ) {
    this.#scenario = scenario;
    this.ledgerFolder = ledgerFolder;
    this.#ledger = ledger;
    this.#supervisor = supervisor;
    this.#unsettled = state.unsettled;
    this.#listeners = state.listeners;
    this.frames = supervisor.ring.reader("oldest");
  }

  get instruments(): Supervisor["instruments"] {
    return this.#supervisor.instruments;
  }

  get streams(): boolean {
    return this.instruments.every((instrument) => instrument.status.state === "Streaming");
  }

  get unsettledCommands(): number {
    return this.#unsettled.size;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  start(): void {
    this.#supervisor.start();
  }

  /** @throws LedgerUnavailableError when the intent cannot be recorded */
  async dispatch(planned: PlannedCommand): Promise<CommandReport | CalibrationReport> {
    const { instrument } = planned;
    const actor = actorOf(this.#scenario);
    const channels = this.instruments.find((view) => view.key === instrument)?.channels ?? [];
    if (planned.kind === "calibration") return calibrateAs(this.#supervisor, planned, channels, actor);
    const command = instrumentCommand(planned, channels);
    const report = await this.#supervisor.dispatch(instrument, command, actor);
    this.#unsettled.reported(report);
    return report;
  }

  /** Stops streams, closes sessions; then the ledger, clean, unless it takes nothing more. */
  async stop(reason: string): Promise<LastRecord> {
    try {
      await this.#supervisor.stop(reason);
      return { checkpoint: (await this.#ledger.checkpoint()).note };
    } catch (error) {
      if (error instanceof LedgerUnavailableError) return { refusal: error.message };
      throw error;
    } finally {
      await this.#ledger.close();
    }
  }
}
