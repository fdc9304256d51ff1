/**
 * One instrument's life: connect, check, read back, serve, recover, until stopped.
 */
import type { ObservableValue, RingWriter } from "@helix/bus";
import type { InstrumentConfig } from "@helix/config";
import {
  type BackpressureSignal,
  type ChannelDescriptor,
  type HealthReport,
  type InstrumentError,
  type InstrumentStatus,
  isCommandable,
  isTelemetrySource,
  type StreamStopReason,
  SUPERVISOR_BUDGETS_MS,
} from "@helix/hal";
import type { Ledger } from "@helix/ledger";
import type { OriginRule, Predict } from "@helix/pipeline";
import { type Platform, withDeadline } from "@helix/platform";
import { CommandDesk } from "./command-desk.ts";
import type { LoadedDriver } from "./driver-host.ts";
import type { EmitSupervisorEvent } from "./events.ts";
import { type Guarded, GuardedOperations } from "./guarded-operations.ts";
import { InstrumentTelemetry } from "./instrument-telemetry.ts";
import { type NextStep, RecoveryPolicy } from "./recovery.ts";

export interface SessionOptions {
  readonly config: InstrumentConfig;
  readonly driver: LoadedDriver;
  readonly platform: Platform;
  readonly ledger: Ledger;
  readonly ring: RingWriter;
  readonly origin: OriginRule;
  /** Says what its values should be; undefined where nothing does. */
  readonly predict: Predict | undefined;
  /** What the driver's context shows of its channel. */
  readonly backpressure: ObservableValue<BackpressureSignal>;
  readonly emit: EmitSupervisorEvent;
  /** ns since 1970 UTC: a former runtime died while it measured this; undefined: none did. */
  readonly interruptedSinceUtcNs: bigint | undefined;
  /** What former runs knew last of its setpoints, by channel id. */
  readonly knownSetpoints: ReadonlyMap<number, number> | undefined;
}

/** HELIX-HAL-0001 section 2.1. */
const HEALTH_CHECK_INTERVAL_SECONDS = 30;

type Reconnect = NextStep & { step: "reconnect" };

export class InstrumentSession {
  readonly key: string;
  readonly desk: CommandDesk;
  readonly #options: SessionOptions;
  #driver: LoadedDriver;
  #telemetry: InstrumentTelemetry;
  #guard: GuardedOperations;
  readonly #healthCheckIntervalMs: number;
  #status: InstrumentStatus = { state: "Uninitialized" };
  #readOnly = false;
  #replacing = false;
  #calibrations = 0;
  /** Resolved when the first connection of a new driver has come or failed. */
  #firstConnection: PromiseWithResolvers<void> | undefined;
  /** ns since 1970 UTC: when what gave the last reading was lost; undefined while readings come. */
  #unmeasuredSinceUtcNs: bigint | undefined;

  constructor(options: SessionOptions) {
    const { config, platform, ledger, emit } = options;
    this.#options = options;
    this.#driver = options.driver;
    this.key = config.key;
    this.#healthCheckIntervalMs = 1000 * (config.healthCheckIntervalSeconds ?? HEALTH_CHECK_INTERVAL_SECONDS);
    this.#guard = this.#newGuard();
    this.#telemetry = new InstrumentTelemetry({ ...options, onFrames: () => this.#onFrames() });
    this.desk = new CommandDesk({
      instrument: config.key,
      clock: platform.clock,
      random: platform.random.fork(`command-id:${config.key}`),
      ledger,
      commandable: () => this.#commandable(),
      channels: () => this.channels,
      knownSetpoints: options.knownSetpoints,
      onResolved: (resolution) => emit({ type: "command-resolved", instrument: config.key, resolution }),
      onTrouble: (message) => emit({ type: "alarm", instrument: config.key, message }),
    });
  }

  get driver(): LoadedDriver {
    return this.#driver;
  }

  get instrument() {
    return this.#driver.instrument;
  }

  /** Between the order to replace the driver and the start of the new one. */
  get isReplacing(): boolean {
    return this.#replacing;
  }

  get displayName(): string {
    return this.#options.config.displayName;
  }

  get status(): InstrumentStatus {
    return this.#status;
  }

  get channels(): readonly ChannelDescriptor[] {
    return isTelemetrySource(this.instrument) ? this.instrument.channels : [];
  }

  /** Settles when `signal` aborts and everything is closed; rejects only for a defect of ours. */
  async run(signal: AbortSignal): Promise<void> {
    try {
      let step: NextStep = { step: "reconnect", delayMs: 0, attempt: 0, readOnly: false };
      while (step.step === "reconnect") {
        await this.#options.platform.clock.sleep(step.delayMs, signal);
        step = await this.#connection(step, signal);
      }
      if (step.step === "isolate") this.#isolate(step.reason);
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      await this.#disconnect();
      if (this.#status.state !== "FaultIsolated")
        this.#setStatus(
          { state: "Disconnected" },
          this.#replacing ? "its driver is being replaced" : "stopped",
        );
    }
  }

  /**
   * Before the driver is replaced (HELIX-HAL-0001 section 6.4): no new command is taken, those under way end, and
   * what was measured gets through. Then `run` is to be ended.
   */
  async quiesce(): Promise<void> {
    this.#replacing = true;
    await this.desk.idle();
    await this.#telemetry.drain();
    const { clock } = this.#options.platform;
    if (this.#guard.isConnected) this.#unmeasuredSinceUtcNs ??= clock.wallUtcNs();
  }

  /** Its driver must stay while one is under way. */
  async whileCalibrating<T>(work: () => Promise<T>): Promise<T> {
    this.#calibrations += 1;
    try {
      return await work();
    } finally {
      this.#calibrations -= 1;
    }
  }

  get isCalibrating(): boolean {
    return this.#calibrations > 0;
  }

  /** The old driver's `run` has ended; `run` may begin anew with this one. */
  install(driver: LoadedDriver): void {
    this.#telemetry.end();
    this.#telemetry = this.#telemetry.handOver(driver, this.#unmeasuredSinceUtcNs);
    this.#driver = driver;
    this.#guard = this.#newGuard();
    this.#replacing = false;
    this.#firstConnection = Promise.withResolvers<void>();
    this.#status = { state: "Uninitialized" };
  }

  /** Since the driver was replaced: connected, or not at the first attempt. */
  async firstConnection(): Promise<InstrumentStatus> {
    await this.#firstConnection?.promise;
    return this.#status;
  }

  /** Afresh for every driver: none answers for the failures of the one before. */
  #newGuard(): GuardedOperations {
    const { config, platform, ledger, emit } = this.#options;
    const random = platform.random.fork(`reconnect:${config.key}`);
    return new GuardedOperations({
      instrument: config.key,
      instrumentId: () => this.instrument.instrumentId,
      clock: platform.clock,
      ledger,
      emit,
      policy: new RecoveryPolicy({ maxAttempts: config.reconnectRetries, random }),
      onLoss: (error) => this.#recordLoss(error),
    });
  }

  /** From connecting to the end of that connection. */
  async #connection(step: Reconnect, signal: AbortSignal): Promise<NextStep> {
    this.#readOnly = step.readOnly;
    this.#setStatus({ state: "Connecting" }, step.attempt > 0 ? `attempt ${step.attempt}` : undefined);
    const opened = await this.#open(step, signal);
    if ("next" in opened) {
      await this.#disconnect();
      this.#setStatus({ state: "Disconnected" }, "could not connect");
      return opened.next;
    }
    for (;;) {
      const next = await this.#serve(signal);
      if (next.step === "restart-stream") {
        this.#degrade(next);
        continue;
      }
      await this.#disconnect();
      this.#setStatus({ state: "Disconnected" }, "connection lost");
      return next;
    }
  }

  async #open(step: Reconnect, signal: AbortSignal): Promise<Guarded<HealthReport>> {
    const { ledger } = this.#options;
    const driver = this.#driver;
    const timeoutMs = SUPERVISOR_BUDGETS_MS.connect;
    const connected = await this.#guard.run("connect", timeoutMs, signal, (attemptSignal, budgetMs) =>
      driver.instrument.connect({ timeoutMs: budgetMs, signal: attemptSignal, readOnly: step.readOnly }),
    );
    if ("next" in connected) return connected;
    const checked = await this.#healthCheck(signal);
    if ("next" in checked) return checked;
    this.#guard.connected();
    this.#setStatus({ state: "Connected" }, undefined);
    ledger.enqueue({
      type: "CONNECTED",
      instrument: this.key,
      instrumentId: driver.instrument.instrumentId,
      firmwareVersion: checked.value.firmwareVersion,
      attempt: step.attempt,
    });
    if (isCommandable(driver.instrument)) {
      const read = await this.#guard.run("connect", SUPERVISOR_BUDGETS_MS.dispatchCommand, signal, () =>
        this.desk.readBack(),
      );
      if ("next" in read) return read;
    }
    return checked;
  }

  /** Streams and checks health until something ends the connection. */
  async #serve(signal: AbortSignal): Promise<NextStep> {
    const { clock } = this.#options.platform;
    const stop = new AbortController();
    const serving = AbortSignal.any([signal, stop.signal]);
    const stream = this.#stream(serving);
    const health = this.#watchHealth(serving);
    try {
      return await Promise.race([stream, health]);
    } finally {
      stop.abort();
      await withDeadline(clock, "stopping the stream", SUPERVISOR_BUDGETS_MS.stopStreaming, () =>
        Promise.allSettled([stream, health]),
      ).catch((error: Error) => this.#breach(error.message));
    }
  }

  /** Never settles where there is nothing (more) to stream: health alone ends the connection then. */
  async #stream(signal: AbortSignal): Promise<NextStep> {
    let ended: StreamStopReason | undefined;
    try {
      ended = await this.#telemetry.stream(signal);
    } catch (error) {
      if (signal.aborted) throw error;
      return this.#guard.judge(error, "stream");
    }
    signal.throwIfAborted();
    if (ended === "RunComplete") this.#recordEndOfRun();
    if (this.#status.state === "Streaming")
      this.#setStatus({ state: "Connected" }, "the instrument has no more data");
    return forever(signal);
  }

  /** Under a signed checkpoint of its own; nobody waits for it, and of a ledger that fails its guard tells. */
  #recordEndOfRun(): void {
    const { ledger } = this.#options;
    ledger.append({ type: "RUN_COMPLETED", instrument: this.key }, { durability: "A" }).catch(() => {});
  }

  async #watchHealth(signal: AbortSignal): Promise<NextStep> {
    for (;;) {
      await this.#options.platform.clock.sleep(this.#healthCheckIntervalMs, signal);
      const checked = await this.#healthCheck(signal);
      if ("next" in checked) return checked.next;
      await this.desk.settle();
    }
  }

  #healthCheck(signal: AbortSignal): Promise<Guarded<HealthReport>> {
    return this.#guard.run("health-check", SUPERVISOR_BUDGETS_MS.healthCheck, signal, (checkSignal) =>
      this.instrument.healthCheck(checkSignal),
    );
  }

  #recordLoss(error: InstrumentError): void {
    this.#unmeasuredSinceUtcNs ??= this.#options.platform.clock.wallUtcNs();
    this.#options.ledger.enqueue({
      type: "CONNECTION_LOST",
      instrument: this.key,
      reason: error.message,
      lastFrameSequence: this.#telemetry.lastSequence,
      connectionLostTimestampNs: this.#options.platform.clock.monotonicNs(),
      wasGraceful: "wasGraceful" in error.detail && error.detail.wasGraceful,
    });
  }

  #degrade(next: NextStep & { step: "restart-stream" }): void {
    const { emit, ledger } = this.#options;
    const channelId = next.isolatedChannel ?? next.degradedChannel;
    if (channelId === undefined) return;
    const name = this.channels.find((channel) => channel.id === channelId)?.name ?? `channel ${channelId}`;
    this.#setStatus({ state: "Degraded", reasonCode: channelId }, name);
    if (next.isolatedChannel === undefined) {
      emit({ type: "alarm", instrument: this.key, message: `${name} is degraded: its values are uncertain` });
      return;
    }
    this.#telemetry.isolate(channelId);
    const description = `${name} is offline until it is calibrated again`;
    ledger.enqueue({ type: "DEVIATION", instrument: this.key, mandatory: true, description });
    emit({ type: "alarm", instrument: this.key, message: description });
  }

  #isolate(reason: string): void {
    this.#setStatus({ state: "FaultIsolated" }, reason);
    this.#options.ledger.enqueue({ type: "INSTRUMENT_ISOLATED", instrument: this.key, reason });
    this.#options.emit({
      type: "alarm",
      instrument: this.key,
      message: `isolated until HELIX starts again or its driver is reloaded: ${reason}`,
    });
  }

  async #disconnect(): Promise<void> {
    this.#guard.disconnected();
    const { platform } = this.#options;
    await withDeadline(platform.clock, "disconnect", SUPERVISOR_BUDGETS_MS.disconnect, () =>
      this.instrument.disconnect(),
    ).catch((error: Error) => this.#breach(`disconnect: ${error.message}`));
  }

  /** The driver did not keep the contract; it goes on record, and we go on. */
  #breach(description: string): void {
    this.#options.ledger.enqueue({ type: "DEVIATION", instrument: this.key, mandatory: false, description });
    this.#options.emit({ type: "contract-violation", instrument: this.key, reason: description });
  }

  #commandable() {
    const { instrument } = this;
    if (this.#replacing) return { refused: "its driver is being replaced" };
    if (!isCommandable(instrument)) return { refused: "the instrument takes no commands" };
    if (!this.#guard.isConnected) return { refused: `not connected (${this.#status.state})` };
    if (this.#readOnly) return { refused: "connected read-only: the driver does not support this firmware" };
    return instrument;
  }

  #onFrames(): void {
    if (!this.#replacing) this.#unmeasuredSinceUtcNs = undefined;
    if (this.#status.state === "Connected") this.#setStatus({ state: "Streaming" }, undefined);
  }

  #setStatus(status: InstrumentStatus, reason: string | undefined): void {
    if (status.state === this.#status.state && status.state !== "Degraded") return;
    this.#status = status;
    if (status.state !== "Connecting") this.#firstConnection?.resolve();
    this.#options.emit({ type: "status", instrument: this.key, status, reason });
  }
}

/** Rejects when `signal` aborts; nothing else ends it. */
function forever(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}
