/**
 * The HAL supervisor: the instruments of one runtime, their ring, and the way to command them.
 */
import { join } from "node:path";
import { ObservableValue, TelemetryRing } from "@helix/bus";
import type { HelixConfig, InstrumentConfig } from "@helix/config";
import {
  type BackpressureSignal,
  type CalibrationPoint,
  type CalibrationRecord,
  type Cancellable,
  type ChannelDescriptor,
  type DriverContext,
  type InstrumentCommand,
  type InstrumentStatus,
  isTelemetrySource,
  type Log,
  type Origin,
} from "@helix/hal";
import type { Actor, Ledger, LedgerRecord } from "@helix/ledger";
import type { OriginRule, Predict } from "@helix/pipeline";
import type { Platform } from "@helix/platform";
import { calibrate } from "./calibrate.ts";
import { carrying } from "./carried-state.ts";
import { ClockWatch } from "./clock-watch.ts";
import type { CommandReport } from "./command-desk.ts";
import type { DriverHost, LoadedDriver } from "./driver-host.ts";
import type { EmitSupervisorEvent } from "./events.ts";
import { readFormerRuns } from "./former-runs.ts";
import { InstrumentSession } from "./instrument-session.ts";
import { guardLedger } from "./ledger-guard.ts";
import { refuseSameId } from "./same-id.ts";
import { keepState } from "./state-keeper.ts";
import { takeOver } from "./take-over.ts";

export interface SupervisorOptions {
  readonly platform: Platform;
  readonly ledger: Ledger;
  /** What is in the ledger up to the opening of this run, at least what `formerRecords` reads of it. */
  readonly formerRecords: AsyncIterable<LedgerRecord>;
  readonly host: DriverHost;
  readonly config: HelixConfig;
  /** From the rig: "physical" in production. */
  readonly origin: Origin;
  /** On a bench that falsifies some values on purpose: their origin by when they were taken. */
  readonly originOf?: (instrument: string, channelId: number, takenTaiNs: bigint) => Origin;
  /** Lower-case hex, of the configuration in force; for the record of the start. */
  readonly configurationHash: string;
  /** Who started it; for the record of the start. */
  readonly startedBy?: Actor;
  readonly helixVersion: string;
  readonly nodeVersion: string;
  readonly log: Log;
  /** Value of an environment variable. */
  readonly secret: (environmentVariable: string) => string | undefined;
  readonly onEvent: EmitSupervisorEvent;
}

/** How soon an operator hears that the ledger has failed, when nobody was waiting for a record; or the clock stepped. */
const CHECK_MS = 1000;

/** What others see of one instrument. */
export interface InstrumentView {
  readonly key: string;
  readonly instrumentId: string;
  readonly displayName: string;
  readonly driverName: string;
  readonly origin: Origin;
  readonly status: InstrumentStatus;
  readonly channels: readonly ChannelDescriptor[];
}

export interface Supervisor {
  readonly ring: TelemetryRing;
  readonly instruments: readonly InstrumentView[];
  /** Connects and streams every instrument with `autoConnect`; returns at once. */
  start(): void;
  /**
   * @throws RangeError for an instrument that does not exist; LedgerUnavailableError when the
   *   intent cannot be recorded (nothing was sent then)
   */
  dispatch(instrument: string, command: InstrumentCommand, actor: Actor): Promise<CommandReport>;
  /** Runs a calibration and records it, failed ones too. @throws InstrumentError */
  calibrate(
    instrument: string,
    channelId: number,
    points: readonly CalibrationPoint[],
    actor: Actor,
    reason: string,
    signal: AbortSignal,
  ): Promise<CalibrationRecord>;
  /** Stops streams, closes sessions, ends drivers, records the stop. The ledger stays open. */
  stop(reason: string): Promise<void>;
}

/**
 * Loads every driver, records the start and takes over what a run that died has left open. When one
 * driver cannot be loaded, those already loaded are ended again and nothing is left running.
 *
 * @throws ProblemsError, DriverLoadError; LedgerUnavailableError; LedgerOpenError when the records of
 *   former runs cannot be read
 */
export async function createSupervisor(options: SupervisorOptions): Promise<Supervisor> {
  const ledger = guardLedger(options.ledger, (reason) =>
    options.onEvent({ type: "ledger-unavailable", reason }),
  );
  const ring = TelemetryRing.create(options.config.ring.capacityFrames);
  const writer = ring.writer();
  const sessions = new Map<string, InstrumentSession>();
  const loaded: { key: string; driver: LoadedDriver }[] = [];
  const destroyAll = () => Promise.all(loaded.map(({ driver }) => driver.destroy()));
  try {
    const former = await readFormerRuns(options.formerRecords);
    keepState(options.ledger, former, (event) => ledger.enqueue(event));
    for (const config of options.config.instruments) {
      const backpressure = new ObservableValue<BackpressureSignal>({ level: "Normal" });
      const context = driverContext(options, config.key, backpressure);
      const driver = await options.host.load(config, options.config.source, context);
      loaded.push({ key: config.key, driver });
      const { platform, originOf, onEvent: emit } = options;
      const origin: OriginRule = originOf
        ? (channelId, takenTaiNs) => originOf(config.key, channelId, takenTaiNs)
        : options.origin;
      const predict = await predictionOf(config, driver, options);
      sessions.set(
        config.key,
        new InstrumentSession({
          config,
          driver,
          platform,
          ledger,
          ring: writer,
          origin,
          predict,
          backpressure,
          emit,
          interruptedSinceUtcNs: former.interruptedSinceUtcNs.get(config.key),
          knownSetpoints: former.setpoints.get(config.key),
        }),
      );
    }
    await refuseSameId(
      options.config,
      loaded.map(({ key, driver }) => ({ key, instrumentId: driver.instrument.instrumentId })),
    );
    const start = {
      type: "RUNTIME_STARTED",
      helixVersion: options.helixVersion,
      node: options.nodeVersion,
      configurationHash: options.configurationHash,
      origin: options.origin,
      actor: options.startedBy,
    } as const;
    await ledger.append(carrying(start, former));
    for (const { key, driver } of loaded) {
      const { driverName, driverVersion } = driver.manifest;
      ledger.enqueue({
        type: "DRIVER_LOADED",
        instrument: key,
        driverName,
        driverVersion,
        moduleHash: driver.moduleHash,
      });
    }
    await takeOver(former, {
      ledger,
      deskOf: (key) => sessions.get(key)?.desk,
      emit: options.onEvent,
    });
  } catch (error) {
    await destroyAll();
    throw error;
  }

  const stopping = new AbortController();
  const running: Promise<void>[] = [];
  let checking: Cancellable | undefined;
  const session = (key: string): InstrumentSession => {
    const found = sessions.get(key);
    if (found === undefined) throw new RangeError(`there is no instrument "${key}"`);
    return found;
  };
  return {
    ring,
    instruments: options.config.instruments.map(({ key }) => viewOf(session(key), options.origin)),
    start() {
      const watch = new ClockWatch(options.platform, ledger, options.onEvent);
      watch.check();
      const interval = options.platform.clock.interval(CHECK_MS, () => {
        ledger.check();
        watch.check();
      });
      checking = {
        cancel() {
          interval.cancel();
          watch.stop();
        },
      };
      for (const { key, autoConnect } of options.config.instruments) {
        if (autoConnect) running.push(session(key).run(stopping.signal));
      }
    },
    dispatch: async (key, command, actor) => session(key).desk.dispatch(command, actor),
    calibrate: (key, channelId, points, actor, reason, signal) =>
      calibrate({ session: session(key), ledger, channelId, points, actor, reason, signal }),
    async stop(reason) {
      checking?.cancel();
      stopping.abort(new Error(reason));
      const ended = await Promise.allSettled(running);
      await destroyAll();
      ledger.enqueue({ type: "RUNTIME_STOPPED", reason });
      const defect = ended.find((outcome) => outcome.status === "rejected");
      if (defect) throw new Error("an instrument session ended by a defect", { cause: defect.reason });
    },
  };
}

/** The twin engine is loaded only where a twin is asked for. */
async function predictionOf(
  config: InstrumentConfig,
  { instrument }: LoadedDriver,
  { platform, log, config: { source } }: SupervisorOptions,
): Promise<Predict | undefined> {
  const { key, twin } = config;
  if (!twin) return undefined;
  const { loadPrediction } = await import("./load-prediction.ts");
  const channels = isTelemetrySource(instrument) ? instrument.channels : [];
  return loadPrediction({ key, twin, channels, disk: platform.disk, source, log });
}

function viewOf(session: InstrumentSession, origin: Origin): InstrumentView {
  return {
    key: session.key,
    instrumentId: session.instrument.instrumentId,
    displayName: session.displayName,
    driverName: session.instrument.driverInfo.driverName,
    origin,
    get status() {
      return session.status;
    },
    get channels() {
      return session.channels;
    },
  };
}

function driverContext(
  { platform, log, secret, config }: SupervisorOptions,
  key: string,
  backpressure: ObservableValue<BackpressureSignal>,
): DriverContext {
  return {
    instrumentKey: key,
    clock: platform.clock,
    random: platform.random.fork(`driver:${key}`),
    net: platform.net,
    serial: platform.serial,
    log,
    backpressure,
    pkiFolder: join(config.pki.folder, key),
    secret,
    // In this process there is no pool to move it to; a host of its own brings one.
    blocking: async (work) => work(),
  };
}
