/**
 * What every instrument behind an OPC UA server has in common: connection, status and telemetry.
 * A driver extends it with its own channels, checks and commands.
 */
import {
  type ChannelDescriptor,
  type ConnectionConfig,
  type DriverInfo,
  type FrameSender,
  type HealthReport,
  type InstrumentCapabilities,
  InstrumentError,
  type InstrumentId,
  type InstrumentStatus,
  type StreamConfig,
  type StreamingStats,
  type StreamStopReason,
  type TelemetrySource,
} from "@helix/hal";
import { openSession } from "./open-session.ts";
import { asInstrumentError } from "./service-errors.ts";
import type { OpcUaSession, RequestLimits } from "./session.ts";
import type { SessionTarget } from "./settings.ts";
import { Telemetry } from "./telemetry.ts";
import type { TelemetryPlan } from "./telemetry-plan.ts";

export abstract class OpcUaInstrument implements TelemetrySource {
  abstract readonly displayName: string;
  abstract readonly capabilities: InstrumentCapabilities;
  abstract readonly driverInfo: DriverInfo;

  readonly channels: readonly ChannelDescriptor[];
  protected readonly target: SessionTarget;
  protected readonly plan: TelemetryPlan;
  readonly #telemetry: Telemetry;
  #status: InstrumentStatus = { state: "Uninitialized" };
  #session: OpcUaSession | undefined;
  #connecting: { promise: Promise<void>; abort: AbortController } | undefined;
  #isStreaming = false;

  constructor(target: Omit<SessionTarget, "lastFrameSequence">, plan: TelemetryPlan) {
    this.target = { ...target, lastFrameSequence: () => this.#telemetry.lastSequence };
    this.plan = plan;
    this.channels = plan.channels.map((channel) => channel.descriptor);
    this.#telemetry = new Telemetry(this.target, plan);
  }

  get instrumentId(): InstrumentId {
    return this.target.instrumentId;
  }

  get status(): InstrumentStatus {
    return this.#status;
  }

  get streamingStats(): StreamingStats {
    return this.#telemetry.stats;
  }

  /** Checks the instrument after the session stands; what it throws ends the session again. */
  protected abstract verify(session: OpcUaSession, config: ConnectionConfig): Promise<void>;

  abstract healthCheck(signal: AbortSignal): Promise<HealthReport>;

  connect(config: ConnectionConfig): Promise<void> {
    if (this.#session) return Promise.resolve();
    this.#connecting ??= this.#beginConnecting(config);
    return this.#connecting.promise;
  }

  async disconnect(): Promise<void> {
    this.#connecting?.abort.abort();
    // Why the attempt failed is for the one who asked to connect.
    await this.#connecting?.promise.catch(() => undefined);
    const session = this.#session;
    if (session) {
      this.#status = { state: "Disconnecting" };
      this.#session = undefined;
      await session.close();
    }
    if (this.#status.state !== "Uninitialized") this.#status = { state: "Disconnected" };
  }

  async streamTelemetry(
    sender: FrameSender,
    config: StreamConfig,
    signal: AbortSignal,
  ): Promise<StreamStopReason> {
    if (this.#isStreaming) throw this.unsupported("a second stream at the same time");
    this.#isStreaming = true;
    try {
      return await this.withSession((session) => this.#stream(session, sender, config, signal));
    } finally {
      this.#isStreaming = false;
    }
  }

  /** @throws InstrumentError ConnectionLost when there is none */
  protected session(): OpcUaSession {
    const session = this.#session;
    if (session?.isOpen) return session;
    if (session) throw session.connectionLost();
    throw new InstrumentError({
      kind: "ConnectionLost",
      instrumentId: this.instrumentId,
      reason: "not connected",
      lastFrameSequence: this.#telemetry.lastSequence,
      wasGraceful: true,
    });
  }

  /** For whatever asks the server: only an InstrumentError leaves it. */
  protected async withSession<T>(work: (session: OpcUaSession) => Promise<T>): Promise<T> {
    const session = this.session();
    try {
      return await work(session);
    } catch (error) {
      throw asInstrumentError(session.stack, this.target, error);
    }
  }

  protected limits(operation: string, budgetMs: number, signal: AbortSignal): RequestLimits {
    return { operation, budgetMs, signal };
  }

  protected unsupported(operation: string): InstrumentError {
    return new InstrumentError({
      kind: "OperationNotSupported",
      instrumentId: this.instrumentId,
      operation,
    });
  }

  #beginConnecting(config: ConnectionConfig): { promise: Promise<void>; abort: AbortController } {
    const abort = new AbortController();
    const signal = AbortSignal.any([config.signal, abort.signal]);
    const promise = this.#connect({ ...config, signal }).finally(() => {
      this.#connecting = undefined;
    });
    return { promise, abort };
  }

  async #connect(config: ConnectionConfig): Promise<void> {
    this.#status = { state: "Connecting" };
    try {
      const session = await openSession(this.target, config);
      try {
        await this.verify(session, config);
      } catch (error) {
        await session.close();
        throw asInstrumentError(session.stack, this.target, error);
      }
      this.#session = session;
      this.#status = { state: "Connected" };
      void session.lost.then(({ reason }) => this.#forget(session, reason));
    } catch (error) {
      this.#status = { state: "Disconnected" };
      throw error;
    }
  }

  async #stream(
    session: OpcUaSession,
    sender: FrameSender,
    config: StreamConfig,
    signal: AbortSignal,
  ): Promise<StreamStopReason> {
    try {
      return await this.#telemetry.run(session, sender, config, signal, () => {
        this.#status = { state: "Streaming" };
      });
    } finally {
      if (this.#session === session && session.isOpen) this.#status = { state: "Connected" };
    }
  }

  #forget(session: OpcUaSession, reason: string): void {
    if (this.#session !== session) return;
    this.target.context.log.warn("connection lost", { instrument: this.instrumentId, reason });
    this.#session = undefined;
    this.#status = { state: "Disconnected" };
  }
}
