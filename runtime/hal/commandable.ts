/**
 * Setpoints and control commands: the only way HELIX writes to an instrument
 * (HELIX-HAL-0001 section 2.3).
 */
import type { Instrument } from "./instrument.ts";

/**
 * Implemented by instruments that accept commands.
 *
 * A command resolves only after the instrument has acknowledged it (echoed the setpoint or
 * answered the call). Acknowledged is not executed. Exactly one audit record is sent per call,
 * after the acknowledgement or the failure, never before.
 */
export interface Commandable extends Instrument {
  /**
   * The supervisor allows 10 s, then aborts `signal`; the outcome is then unknown until the
   * setpoint is read back.
   *
   * @throws InstrumentError CommandRejected, CommandExecutionFailure, OperationNotSupported,
   *   Timeout or ConnectionLost.
   */
  dispatchCommand(command: InstrumentCommand, audit: AuditSink, signal: AbortSignal): Promise<CommandResult>;

  /** The supervisor refuses anything not listed here before it reaches the driver. */
  readonly supportedCommands: readonly CommandDescriptor[];

  /**
   * What the instrument is set to now, not what was last sent.
   *
   * @throws InstrumentError OperationNotSupported where there is no read-back.
   */
  readSetpoints(signal: AbortSignal): Promise<SetpointSnapshot>;
}

/** Takes the one audit record of a dispatch. */
export type AuditSink = (record: CommandAuditRecord) => void;

/** A command, strongly typed; there is no raw-bytes escape. */
export type InstrumentCommand =
  | {
      readonly type: "SetSetpoint";
      readonly channelId: number;
      readonly value: number;
      /** UCUM */
      readonly unit: string;
      /** Why; must not be empty for a regulated channel. */
      readonly rationale: string;
    }
  | {
      readonly type: "SetControlLoopEnabled";
      readonly channelId: number;
      readonly enabled: boolean;
      readonly rationale: string;
    }
  | {
      readonly type: "TriggerOperation";
      readonly operation: InstrumentOperation;
      readonly parameters: ReadonlyMap<string, string>;
      readonly rationale: string;
    }
  | { readonly type: "SetMode"; readonly mode: InstrumentMode; readonly rationale: string }
  | {
      /** Acknowledging does not clear the condition. */
      readonly type: "AcknowledgeAlarm";
      readonly alarmId: number;
      /** LDAP DN of the person. */
      readonly acknowledgedBy: string;
      readonly comment: string;
    };

export type CommandType = InstrumentCommand["type"];

export type InstrumentOperation =
  | "AutoZero"
  | "AutoCalibrate"
  | "PurgeLines"
  | "SelfTest"
  | "EmergencyStop"
  | "ResetAlarms";

export type InstrumentMode = "Run" | "Hold" | "CleanInPlace" | "SterilizeInPlace" | "Standby";

export interface CommandResult {
  /** The setpoint as the instrument confirmed it, in the channel's unit; may differ by rounding
   * or clamping; undefined where the command carries no value. */
  readonly acknowledgedValue: number | undefined;
  /** ns, TAI, by the instrument's own clock; undefined where it gives none. */
  readonly instrumentTimestampNs: bigint | undefined;
  readonly warnings: readonly string[];
}

/** Sent exactly once per dispatch. */
export interface CommandAuditRecord {
  readonly instrumentId: string;
  readonly command: InstrumentCommand;
  readonly result:
    | { readonly ok: true; readonly value: CommandResult }
    | { readonly ok: false; readonly reason: string };
  /** ns, monotonic */
  readonly dispatchTimestampNs: bigint;
  /** ns, monotonic; when the acknowledgement came or the failure was certain. */
  readonly acknowledgeTimestampNs: bigint;
  /** us */
  readonly roundTripLatencyUs: number;
}

export interface CommandDescriptor {
  readonly commandType: CommandType;
  /** Empty for commands that are not about a channel. */
  readonly channelIds: readonly number[];
  readonly requiresRationale: boolean;
  readonly isGmpRegulated: boolean;
  /** In the channel's unit. */
  readonly minValue: number | undefined;
  readonly maxValue: number | undefined;
}

export interface SetpointSnapshot {
  /** In the channel's unit, by channel id. */
  readonly channelSetpoints: ReadonlyMap<number, number>;
  /** ns, monotonic */
  readonly snapshotTimestampNs: bigint;
}
