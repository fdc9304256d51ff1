/**
 * Driver for any instrument that speaks Modbus TCP or Modbus RTU: a site maps registers to channels in its
 * configuration and writes no code. Telemetry by polling, setpoints with read-back; every other command is
 * answered with OperationNotSupported.
 */
import {
  type AuditSink,
  type ChannelDescriptor,
  type Commandable,
  type CommandDescriptor,
  type CommandResult,
  type ConnectionConfig,
  type DriverContext,
  type DriverInfo,
  type FrameSender,
  type HealthReport,
  type InstrumentCommand,
  InstrumentError,
  type InstrumentId,
  type InstrumentStatus,
  instrumentId,
  type SetpointSnapshot,
  type StreamConfig,
  type StreamStopReason,
  type TelemetrySource,
} from "@helix/hal";
import { channelsOf, type ModbusChannel, setpointDescriptor } from "./channels.ts";
import { dispatchAudited, readSetpointRegisters, writeSetpoint } from "./commands.ts";
import type { ModbusGenericConfig } from "./config.ts";
import { connectionLost, type ErrorTarget } from "./errors.ts";
import { checkHealth } from "./health.ts";
import { LateAnswers } from "./link/late-answers.ts";
import type { ExchangeLimits } from "./link/link.ts";
import { endpointOf, openSession } from "./open-session.ts";
import type { ModbusSession } from "./session.ts";
import { Telemetry } from "./telemetry.ts";

export const DRIVER_NAME = "helix-modbus-generic";
export const DRIVER_VERSION = "0.1.0";

export class ModbusGenericDriver implements TelemetrySource, Commandable {
  readonly instrumentId: InstrumentId;
  readonly displayName: string;
  readonly capabilities;
  readonly supportedCommands: readonly CommandDescriptor[];
  readonly driverInfo: DriverInfo = {
    driverName: DRIVER_NAME,
    driverVersion: DRIVER_VERSION,
    driverAuthor: "HELIX",
    supportedProtocols: ["Modbus-TCP", "Modbus-RTU"],
    // Any instrument that speaks the protocol: its own version says nothing to this driver.
    minFirmwareVersion: "0.0.0",
    maxFirmwareVersion: undefined,
  };
  readonly channels: readonly ChannelDescriptor[];
  readonly #config: ModbusGenericConfig;
  readonly #context: DriverContext;
  readonly #channels: readonly ModbusChannel[];
  readonly #target: ErrorTarget;
  readonly #telemetry: Telemetry;
  readonly #late = new LateAnswers();
  #status: InstrumentStatus = { state: "Uninitialized" };
  #session: ModbusSession | undefined;
  /** Why the last connection is gone; undefined where nobody has to ask. */
  #loss: string | undefined;
  #connecting: { readonly promise: Promise<void>; readonly abort: AbortController } | undefined;
  #isStreaming = false;

  constructor(config: ModbusGenericConfig, context: DriverContext) {
    this.#config = config;
    this.#context = context;
    this.#channels = channelsOf(config);
    this.channels = this.#channels.map(({ descriptor }) => descriptor);
    this.instrumentId = instrumentId("modbus", "generic", config.serial_number ?? context.instrumentKey);
    this.#telemetry = new Telemetry(context.clock, this.instrumentId, this.#channels, {
      intervalMs: config.poll_interval_ms,
      timeoutMs: config.request_timeout_ms,
    });
    const endpoint = endpointOf(config);
    const lastSequence = () => this.#telemetry.lastSequence;
    this.#target = { instrumentId: this.instrumentId, endpoint, lastSequence };
    this.displayName = `${context.instrumentKey} @ ${endpoint}`;
    this.supportedCommands = config.registers.filter((r) => r.is_writable).map(setpointDescriptor);
    this.capabilities = {
      streamsTelemetry: true,
      acceptsCommands: this.supportedCommands.length > 0,
      supportsCalibration: false,
      supportsSimulationMode: false,
      hasOnboardLogging: false,
    };
  }

  get status(): InstrumentStatus {
    return this.#status;
  }

  get streamingStats() {
    return this.#telemetry.stats;
  }

  connect(config: ConnectionConfig): Promise<void> {
    if (this.#session?.link.isOpen) return Promise.resolve();
    if (this.#connecting === undefined) {
      const abort = new AbortController();
      const signal = AbortSignal.any([config.signal, abort.signal]);
      const promise = this.#connect({ ...config, signal }).finally(() => {
        this.#connecting = undefined;
      });
      this.#connecting = { promise, abort };
    }
    return this.#connecting.promise;
  }

  async disconnect(): Promise<void> {
    this.#connecting?.abort.abort();
    // Why the attempt failed is for the one who asked to connect.
    await this.#connecting?.promise.catch(() => undefined);
    const session = this.#session;
    this.#session = undefined;
    this.#loss = undefined;
    if (session) {
      this.#status = { state: "Disconnecting" };
      await session.link.close();
    }
    if (this.#status.state !== "Uninitialized") this.#status = { state: "Disconnected" };
  }

  async healthCheck(signal: AbortSignal): Promise<HealthReport> {
    const session = this.#open();
    return checkHealth(session, this.#context.clock, this.#channels, () => this.#status, signal);
  }

  async streamTelemetry(
    sender: FrameSender,
    config: StreamConfig,
    signal: AbortSignal,
  ): Promise<StreamStopReason> {
    if (this.#isStreaming) throw this.#unsupported("a second stream at the same time");
    const session = this.#open();
    this.#isStreaming = true;
    this.#status = { state: "Streaming" };
    try {
      return await this.#telemetry.run(session.link, this.#target, sender, config, signal);
    } finally {
      this.#isStreaming = false;
      if (this.#session === session) this.#status = { state: "Connected" };
    }
  }

  dispatchCommand(command: InstrumentCommand, audit: AuditSink, signal: AbortSignal): Promise<CommandResult> {
    return dispatchAudited(this.#context.clock, this.instrumentId, command, audit, () =>
      this.#execute(command, signal),
    );
  }

  async readSetpoints(signal: AbortSignal): Promise<SetpointSnapshot> {
    const limits = this.#limits("readSetpoints", signal);
    return readSetpointRegisters(this.#open(), this.#context.clock, this.#channels, limits);
  }

  async #execute(command: InstrumentCommand, signal: AbortSignal): Promise<CommandResult> {
    if (command.type !== "SetSetpoint") throw this.#unsupported(command.type);
    const channel = this.#channels.find(({ descriptor }) => descriptor.id === command.channelId);
    if (!channel?.descriptor.isWritable || channel.setpointRegister === undefined) {
      throw this.#unsupported(`SetSetpoint on channel ${command.channelId}`);
    }
    const { setpointRegister } = channel;
    const limits = this.#limits("dispatchCommand", signal);
    return writeSetpoint(
      this.#open(),
      this.#context.clock,
      { ...channel, setpointRegister },
      command,
      limits,
    );
  }

  async #connect(config: ConnectionConfig): Promise<void> {
    this.#status = { state: "Connecting" };
    try {
      const session = await openSession(
        {
          driverName: DRIVER_NAME,
          config: this.#config,
          channels: this.#channels,
          target: this.#target,
          context: this.#context,
          late: this.#late,
        },
        config,
      );
      this.#session = session;
      this.#loss = undefined;
      this.#status = { state: "Connected" };
      void session.link.lost.then((reason) => this.#forget(session, reason));
    } catch (error) {
      this.#status = { state: "Disconnected" };
      throw error;
    }
  }

  /** @throws InstrumentError ConnectionLost when there is none */
  #open(): ModbusSession {
    const session = this.#session;
    if (session?.link.isOpen) return session;
    throw connectionLost(this.#target, session?.link.loss ?? this.#loss ?? "not connected");
  }

  #forget(session: ModbusSession, reason: string): void {
    if (this.#session !== session) return;
    this.#context.log.warn("connection lost", { instrument: this.instrumentId, reason });
    this.#session = undefined;
    this.#loss = reason;
    this.#status = { state: "Disconnected" };
  }

  #limits(operation: string, signal: AbortSignal): ExchangeLimits {
    return { operation, budgetMs: this.#config.request_timeout_ms, signal };
  }

  #unsupported(operation: string): InstrumentError {
    return new InstrumentError({ kind: "OperationNotSupported", instrumentId: this.instrumentId, operation });
  }
}
