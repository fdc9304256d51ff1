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
import type { Actor, Ledger, LedgerRecord, RegisteredDriver } from "@helix/ledger";
import type { OriginRule, Predict } from "@helix/pipeline";
import type { Platform } from "@helix/platform";
import { calibrate } from "./calibrate.ts";
import { carrying } from "./carried-state.ts";
import { ClockWatch } from "./clock-watch.ts";
import type { CommandReport } from "./command-desk.ts";
import { type DriverHost, DriverLoadError, type ImportedCode, type LoadedDriver } from "./driver-host.ts";
import type { DriverCode } from "./drivers/driver-code.ts";
import { type Registration, registrationOf, registrationProblem } from "./drivers/driver-registry.ts";
import { type DriverState, driverState } from "./drivers/driver-state.ts";
import { type ReloadReport, reloadDriver } from "./drivers/reload-driver.ts";
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
  /** What runs there now, and where it is in its life (section 6.3). */
  readonly driver: {
    readonly version: string;
    readonly hash: string;
    /** Sequence of the record that vouches for it; undefined where none does. */
    readonly registration: bigint | undefined;
    readonly state: DriverState;
  };
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
  /**
   * Runs a calibration and records it, failed ones too.
   * @throws RangeError for an instrument that does not exist; InstrumentError; LedgerUnavailableError when its intent
   *   cannot be recorded (nothing was begun then), or its outcome
   */
  calibrate(
    instrument: string,
    channelId: number,
    points: readonly CalibrationPoint[],
    actor: Actor,
    reason: string,
    signal: AbortSignal,
  ): Promise<CalibrationRecord>;
  /**
   * Replaces the running driver by the code that its library holds now; other instruments go on untouched.
   *
   * @throws RangeError for an instrument that does not exist; ProblemsError, DriverLoadError,
   *   LedgerUnavailableError when the old driver goes on as it was
   */
  reload(instrument: string, actor: Actor, reason: string): Promise<ReloadReport>;
  /** Puts a driver on record as one that may be loaded. @throws LedgerUnavailableError */
  register(driver: RegisteredDriver, actor: Actor, reason: string): Promise<Registration>;
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
  const registrations = new Map<string, Registration>();
  const demanded = options.config.drivers.requireRegistered;
  const admit = (code: DriverCode) => registrationProblem(code, registrations, demanded);
  const loaded: { key: string; driver: LoadedDriver; backpressure: ObservableValue<BackpressureSignal> }[] =
    [];
  const destroyAll = () => Promise.all(loaded.map(({ driver }) => driver.destroy()));
  try {
    const former = await readFormerRuns(options.formerRecords);
    for (const one of former.registrations.values()) registrations.set(one.library, one);
    keepState(options.ledger, former, (event) => ledger.enqueue(event));
    const imported: ImportedCode = new Map();
    for (const config of options.config.instruments) {
      const backpressure = new ObservableValue<BackpressureSignal>({ level: "Normal" });
      const context = driverContext(options, config.key, backpressure);
      const admitted = (code: DriverCode) => {
        const reason = admit(code);
        const { library, hash: moduleHash } = code;
        if (reason !== undefined)
          ledger.enqueue({ type: "DRIVER_REFUSED", instrument: config.key, library, moduleHash, reason });
        return reason;
      };
      const { host, config: plant } = options;
      const driver = await host.load(config, plant.source, context, admitted, imported);
      loaded.push({ key: config.key, driver, backpressure });
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
        registration: registrationIn(registrations, driver),
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

  const calibrationIds = options.platform.random.fork("calibration-id");
  const stopping = new AbortController();
  const running = new Map<string, { readonly end: AbortController; readonly ended: Promise<void> }>();
  const reloading = new Map<string, Promise<ReloadReport>>();
  const begin = (key: string) => {
    const end = new AbortController();
    running.set(key, { end, ended: session(key).run(AbortSignal.any([stopping.signal, end.signal])) });
  };
  let checking: Cancellable | undefined;
  const session = (key: string): InstrumentSession => {
    const found = sessions.get(key);
    if (found === undefined) throw new RangeError(`there is no instrument "${key}"`);
    return found;
  };
  return {
    ring,
    instruments: options.config.instruments.map(({ key }) =>
      viewOf(session(key), options.origin, registrations),
    ),
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
        if (autoConnect) begin(key);
      }
    },
    dispatch: async (key, command, actor) => session(key).desk.dispatch(command, actor),
    calibrate: async (key, channelId, points, actor, reason, signal) => {
      const calibrationId = Buffer.from(calibrationIds.bytes(8)).toString("hex");
      const order = { calibrationId, channelId, points, actor, reason, signal };
      return calibrate({ session: session(key), ledger, ...order });
    },
    async reload(key, actor, reason) {
      const ran = running.get(key);
      if (reloading.has(key) || stopping.signal.aborted) {
        const why = stopping.signal.aborted ? "HELIX is stopping" : "its driver is being replaced already";
        throw new DriverLoadError(`${key}: ${why}`, "Wait until that is over.");
      }
      const entry = loaded.find((one) => one.key === key);
      const config = options.config.instruments.find((one) => one.key === key);
      if (entry === undefined || config === undefined)
        throw new RangeError(`there is no instrument "${key}"`);
      const context = driverContext(options, key, entry.backpressure, `:after ${entry.driver.moduleHash}`);
      const work = reloadDriver({
        session: session(key),
        ledger,
        platform: options.platform,
        registrations,
        actor,
        reason,
        hasTwin: config.twin !== undefined,
        load: () => options.host.load(config, options.config.source, context, admit),
        end: async () => {
          ran?.end.abort(new Error("the driver is being replaced"));
          await ran?.ended;
        },
        begin: () => {
          entry.driver = session(key).driver;
          if (ran) begin(key);
          return ran !== undefined;
        },
      }).finally(() => reloading.delete(key));
      reloading.set(key, work);
      return work;
    },
    async register(driver, actor, reason) {
      const event = { type: "DRIVER_REGISTERED", ...driver, actor, reason } as const;
      const { sequence } = await ledger.append(event, { durability: "A" });
      const registration = { ...driver, sequence };
      registrations.set(driver.library, registration);
      return registration;
    },
    async stop(reason) {
      checking?.cancel();
      stopping.abort(new Error(reason));
      await Promise.allSettled(reloading.values());
      const ended = await Promise.allSettled([...running.values()].map((one) => one.ended));
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

/** Sequence of the record that vouches for what is loaded. */
const registrationIn = (
  registrations: ReadonlyMap<string, Registration>,
  { library, moduleHash: hash }: LoadedDriver,
): bigint | undefined => registrationOf({ library, hash }, registrations)?.sequence;

function viewOf(
  session: InstrumentSession,
  origin: Origin,
  registrations: ReadonlyMap<string, Registration>,
): InstrumentView {
  return {
    key: session.key,
    instrumentId: session.instrument.instrumentId,
    displayName: session.displayName,
    driverName: session.instrument.driverInfo.driverName,
    get driver() {
      const { manifest, moduleHash } = session.driver;
      return {
        version: manifest.driverVersion,
        hash: moduleHash,
        registration: registrationIn(registrations, session.driver),
        state: driverState(session.status, session.isReplacing),
      };
    },
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
  which = "",
): DriverContext {
  return {
    instrumentKey: key,
    clock: platform.clock,
    random: platform.random.fork(`driver:${key}${which}`),
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
