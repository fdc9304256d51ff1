/**
 * Driver for the Sartorius Biostat B over OPC UA: telemetry, setpoints, modes, alarms, calibration
 * (HELIX-HAL-0001 section 7.1). The address space is our own stand-in, PROTOCOL.md: the maker
 * publishes none. DCU and Modbus are not built yet, and the configuration says so.
 */

import {
  commandLimits,
  dispatchAudited,
  numberOf,
  OpcUaInstrument,
  type OpcUaSession,
  type OpcUaSettings,
  readSetpointNodes,
} from "@helix/driver-opcua-generic";
import {
  type AuditSink,
  type Calibratable,
  type CalibrationPoint,
  type CalibrationRecord,
  type CalibrationStatus,
  type CalibrationVerification,
  type Commandable,
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
import {
  ACKNOWLEDGED_WORD,
  ALARM_WORD,
  activeAlarms,
  type BiostatChannel,
  biostatChannels,
  IDENTIFICATION,
  MODE,
  SUPPORTED_COMMANDS,
  UPTIME_SECONDS,
} from "./address-space.ts";
import { calibrate } from "./calibration.ts";
import { calibrationStatus, verifyCalibration } from "./calibration-checks.ts";
import { execute } from "./commands.ts";
import type { BiostatConfig } from "./config.ts";
import { demandFirmware, demandSerialNumber, MIN_FIRMWARE, readIdentity } from "./identity.ts";

export const DRIVER_NAME = "helix-sartorius-biostat";
export const DRIVER_VERSION = "0.1.0";

/** Under the contract's 500 ms, so that the answer is ours and not the supervisor's. */
const HEALTH_BUDGET_MS = 450;

const READ_BUDGET_MS = 5000;

export class SartoriusBiostatDriver extends OpcUaInstrument implements Commandable, Calibratable {
  readonly displayName: string;
  readonly capabilities = {
    streamsTelemetry: true,
    acceptsCommands: true,
    supportsCalibration: true,
    supportsSimulationMode: false,
    hasOnboardLogging: false,
  };
  readonly supportedCommands = SUPPORTED_COMMANDS;
  readonly driverInfo: DriverInfo = {
    driverName: DRIVER_NAME,
    driverVersion: DRIVER_VERSION,
    driverAuthor: "HELIX",
    supportedProtocols: ["OPC-UA-1.04"],
    minFirmwareVersion: MIN_FIRMWARE,
    maxFirmwareVersion: undefined,
  };
  readonly #config: BiostatConfig;
  readonly #channels: readonly BiostatChannel[];

  /** @throws InstrumentError InvalidConfiguration for a protocol that is not built */
  constructor(config: BiostatConfig, context: DriverContext) {
    if (config.protocol !== "OpcUa") {
      throw new InstrumentError({
        kind: "InvalidConfiguration",
        driverName: DRIVER_NAME,
        field: "protocol",
        reason: `"${config.protocol}" is not built yet; only "OpcUa" is so far`,
      });
    }
    const channels = biostatChannels(1000 / config.poll_interval_ms);
    super(
      {
        instrumentId: instrumentId("sartorius", "biostat-b", config.serial_number ?? config.host),
        driverName: DRIVER_NAME,
        settings: settingsOf(config),
        context,
      },
      { channels, alarmNodeId: ALARM_WORD, publishingIntervalMs: config.poll_interval_ms },
    );
    this.#config = config;
    this.#channels = channels;
    this.displayName = `Sartorius Biostat B @ ${config.host}:${config.port}`;
  }

  async healthCheck(signal: AbortSignal): Promise<HealthReport> {
    const { clock } = this.target.context;
    const begin = clock.monotonicNs();
    const nodes = [IDENTIFICATION.firmwareVersion, UPTIME_SECONDS, ALARM_WORD, ACKNOWLEDGED_WORD, MODE];
    const limits = this.limits("healthCheck", HEALTH_BUDGET_MS, signal);
    const [firmware, uptime, alarms, acknowledged, mode] = await this.withSession((session) =>
      session.read(nodes, limits),
    );
    const uptimeSeconds = uptime === undefined ? Number.NaN : numberOf(uptime);
    return {
      status: this.status,
      roundTripLatencyUs: Number((clock.monotonicNs() - begin) / 1000n),
      firmwareVersion: String(firmware?.value?.value ?? ""),
      instrumentUptimeSeconds: Number.isNaN(uptimeSeconds) ? undefined : uptimeSeconds,
      activeAlarms: activeAlarms(Number(alarms?.value?.value), Number(acknowledged?.value?.value)),
      diagnostics: new Map([["mode", String(mode?.value?.value ?? "not told")]]),
    };
  }

  dispatchCommand(command: InstrumentCommand, audit: AuditSink, signal: AbortSignal): Promise<CommandResult> {
    return dispatchAudited(this.target, command, audit, () =>
      this.withSession((session) => execute(session, this.#channels, command, commandLimits(signal))),
    );
  }

  readSetpoints(signal: AbortSignal): Promise<SetpointSnapshot> {
    return this.withSession((session) =>
      readSetpointNodes(session, this.#channels, this.limits("readSetpoints", READ_BUDGET_MS, signal)),
    );
  }

  calibrationStatus(signal: AbortSignal): Promise<readonly CalibrationStatus[]> {
    const { calibration_interval_days } = this.#config;
    return this.withSession((session) =>
      calibrationStatus(session, this.#channels, calibration_interval_days, signal),
    );
  }

  performCalibration(
    channelId: number,
    points: readonly CalibrationPoint[],
    signal: AbortSignal,
  ): Promise<CalibrationRecord> {
    const { calibration_interval_days } = this.#config;
    return this.withSession((session) => {
      const channel = this.#calibratable(channelId, "performCalibration");
      if (session.readOnly) throw this.unsupported("performCalibration on a read-only connection");
      return calibrate(session, channel, points, calibration_interval_days, signal);
    });
  }

  verifyCalibration(
    channelId: number,
    referenceValue: number,
    signal: AbortSignal,
  ): Promise<CalibrationVerification> {
    return this.withSession((session) =>
      verifyCalibration(session, this.#calibratable(channelId, "verifyCalibration"), referenceValue, signal),
    );
  }

  protected async verify(session: OpcUaSession, config: ConnectionConfig): Promise<void> {
    const limits = this.limits("connect", config.timeoutMs, config.signal);
    const identity = await readIdentity(session, limits);
    demandSerialNumber(session, identity, this.#config.serial_number);
    demandFirmware(session, identity, config);
  }

  #calibratable(channelId: number, operation: string): BiostatChannel {
    const channel = this.#channels.find(({ descriptor }) => descriptor.id === channelId);
    if (channel?.isCalibratable) return channel;
    throw this.unsupported(`${operation} on channel ${channelId}`);
  }
}

const settingsOf = (config: BiostatConfig): OpcUaSettings => ({
  endpointUrl: `opc.tcp://${config.host}:${config.port}`,
  // The unit offers nothing less (PROTOCOL.md).
  securityMode: "SignAndEncrypt",
  securityPolicy: "Basic256Sha256",
  username: config.username,
  passwordEnvVar: config.password_env_var,
  silenceLimitMs: config.silence_limit_ms,
});
