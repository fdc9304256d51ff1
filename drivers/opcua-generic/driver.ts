/**
 * Driver for any instrument behind an OPC UA 1.04 server: a site maps nodes to channels in its
 * configuration and writes no code (HELIX-HAL-0001 section 7.3). Telemetry and setpoints; every
 * other command is answered with OperationNotSupported.
 */
import {
  type AuditSink,
  type Commandable,
  type CommandDescriptor,
  type CommandResult,
  type ConnectionConfig,
  type DriverContext,
  type DriverInfo,
  type HealthReport,
  type InstrumentCommand,
  InstrumentError,
  instrumentId,
  type SetpointSnapshot,
} from "@helix/hal";
import { commandLimits, dispatchAudited, rejected, writeSetpoint } from "./commands.ts";
import { type ChannelMapping, channelName, type OpcUaGenericConfig } from "./config.ts";
import { OpcUaInstrument } from "./instrument.ts";
import { refuseUnknownNodes } from "./node-check.ts";
import { HEALTH_BUDGET_MS, readServerHealth } from "./server-health.ts";
import type { OpcUaSession } from "./session.ts";
import { readSetpointNodes } from "./setpoints.ts";
import type { OpcUaSettings } from "./settings.ts";
import type { StreamedChannel, TelemetryPlan } from "./telemetry-plan.ts";

export const DRIVER_NAME = "helix-opcua-generic";
export const DRIVER_VERSION = "0.1.0";

const READ_BUDGET_MS = 5000;

export class OpcUaGenericDriver extends OpcUaInstrument implements Commandable {
  readonly displayName: string;
  readonly capabilities;
  readonly supportedCommands: readonly CommandDescriptor[];
  readonly driverInfo: DriverInfo = {
    driverName: DRIVER_NAME,
    driverVersion: DRIVER_VERSION,
    driverAuthor: "HELIX",
    supportedProtocols: ["OPC-UA-1.04"],
    // Any server that speaks the protocol: its own version says nothing to this driver.
    minFirmwareVersion: "0.0.0",
    maxFirmwareVersion: undefined,
  };
  readonly #config: OpcUaGenericConfig;

  constructor(config: OpcUaGenericConfig, context: DriverContext) {
    const id = instrumentId("opcua", "generic", config.serial_number ?? context.instrumentKey);
    super(
      { instrumentId: id, driverName: DRIVER_NAME, settings: settingsOf(config), context },
      planOf(config),
    );
    this.#config = config;
    this.displayName = `${context.instrumentKey} @ ${config.endpoint_url}`;
    this.supportedCommands = config.channel_map.filter((c) => c.is_writable).map(setpointDescriptor);
    this.capabilities = {
      streamsTelemetry: true,
      acceptsCommands: this.supportedCommands.length > 0,
      supportsCalibration: false,
      supportsSimulationMode: false,
      hasOnboardLogging: false,
    };
  }

  async healthCheck(signal: AbortSignal): Promise<HealthReport> {
    const { clock } = this.target.context;
    const begin = clock.monotonicNs();
    const limits = this.limits("healthCheck", HEALTH_BUDGET_MS, signal);
    const health = await this.withSession((session) => readServerHealth(session, limits));
    return {
      status: this.status,
      roundTripLatencyUs: Number((clock.monotonicNs() - begin) / 1000n),
      firmwareVersion: health.softwareVersion,
      instrumentUptimeSeconds: health.uptimeSeconds,
      activeAlarms: [],
      diagnostics: new Map([
        ["server_state", health.state],
        ["product_name", health.productName],
        ["endpoint_url", this.#config.endpoint_url],
      ]),
    };
  }

  dispatchCommand(command: InstrumentCommand, audit: AuditSink, signal: AbortSignal): Promise<CommandResult> {
    return dispatchAudited(this.target, command, audit, () =>
      this.withSession((session) => this.#execute(session, command, signal)),
    );
  }

  readSetpoints(signal: AbortSignal): Promise<SetpointSnapshot> {
    return this.withSession((session) =>
      readSetpointNodes(session, this.plan.channels, this.limits("readSetpoints", READ_BUDGET_MS, signal)),
    );
  }

  async #execute(
    session: OpcUaSession,
    command: InstrumentCommand,
    signal: AbortSignal,
  ): Promise<CommandResult> {
    if (command.type !== "SetSetpoint") throw this.unsupported(command.type);
    const channel = this.plan.channels.find((c) => c.descriptor.id === command.channelId);
    if (!channel?.descriptor.isWritable || channel.setpointNodeId === undefined) {
      throw this.unsupported(`SetSetpoint on channel ${command.channelId}`);
    }
    if (session.readOnly) {
      throw rejected(session, "SetSetpoint", "this connection is read-only", undefined);
    }
    const { setpointNodeId } = channel;
    return writeSetpoint(session, { ...channel, setpointNodeId }, command, commandLimits(signal));
  }

  protected async verify(session: OpcUaSession, config: ConnectionConfig): Promise<void> {
    const limits = this.limits("connect", config.timeoutMs, config.signal);
    const nodes = this.#config.channel_map.flatMap((mapping, index) => [
      { nodeId: mapping.node_id, field: `channel_map[${index}].node_id` },
      ...(mapping.setpoint_node_id === undefined
        ? []
        : [{ nodeId: mapping.setpoint_node_id, field: `channel_map[${index}].setpoint_node_id` }]),
    ]);
    await refuseUnknownNodes(session, nodes, limits, ({ nodeId, field, reason }) => {
      return new InstrumentError({
        kind: "InvalidConfiguration",
        driverName: DRIVER_NAME,
        field,
        reason: `node "${nodeId}" at ${this.#config.endpoint_url}: ${reason}; correct the node id`,
      });
    });
  }
}

function settingsOf(config: OpcUaGenericConfig): OpcUaSettings {
  const isOpen = config.security_mode === "None";
  return {
    endpointUrl: config.endpoint_url,
    securityMode: config.security_mode,
    securityPolicy: config.security_policy ?? (isOpen ? "None" : "Basic256Sha256"),
    username: config.username,
    passwordEnvVar: config.password_env_var,
    silenceLimitMs: config.silence_limit_ms,
  };
}

function planOf(config: OpcUaGenericConfig): TelemetryPlan {
  return {
    channels: config.channel_map.map((mapping) => streamedChannel(mapping, config.publishing_interval_ms)),
    alarmNodeId: undefined,
    publishingIntervalMs: config.publishing_interval_ms,
  };
}

function streamedChannel(mapping: ChannelMapping, publishingIntervalMs: number): StreamedChannel {
  return {
    descriptor: {
      id: mapping.channel_id,
      name: channelName(mapping),
      unit: mapping.unit,
      nominalRateHz: mapping.rate_hz ?? 1000 / publishingIntervalMs,
      // A bound that the site has not stated is no bound.
      range: {
        min: mapping.min ?? Number.NEGATIVE_INFINITY,
        max: mapping.max ?? Number.POSITIVE_INFINITY,
      },
      resolution: mapping.resolution,
      isWritable: mapping.is_writable,
    },
    valueNodeId: mapping.node_id,
    setpointNodeId: mapping.setpoint_node_id,
    samplingIntervalMs: mapping.rate_hz === undefined ? 0 : 1000 / mapping.rate_hz,
  };
}

const setpointDescriptor = (mapping: ChannelMapping): CommandDescriptor => ({
  commandType: "SetSetpoint",
  channelIds: [mapping.channel_id],
  requiresRationale: true,
  isGmpRegulated: true,
  minValue: mapping.min,
  maxValue: mapping.max,
});
