/**
 * The one error type of the contract, its 13 kinds, and what the supervisor does about each
 * (HELIX-HAL-0001 section 3).
 */
import type { CalibrationRecord } from "./calibratable.ts";

/** What happened. Field names and meanings are those of section 3.1. */
export type InstrumentErrorDetail =
  | {
      readonly kind: "ConnectionLost";
      readonly instrumentId: string;
      readonly reason: string;
      /** Sequence of the last frame received; finds the data gap after reconnection. */
      readonly lastFrameSequence: bigint;
      /** The peer said goodbye; false when silence or a reset told us. */
      readonly wasGraceful: boolean;
    }
  | {
      readonly kind: "ConnectionRefused";
      readonly instrumentId: string;
      readonly endpoint: string;
      readonly reason: string;
      readonly vendorErrorCode: number | undefined;
    }
  | {
      readonly kind: "Timeout";
      readonly instrumentId: string;
      readonly operation: string;
      /** ms */
      readonly budgetMs: number;
    }
  | {
      readonly kind: "ProtocolViolation";
      readonly instrumentId: string;
      readonly endpoint: string;
      readonly description: string;
      /** At most {@link MAX_FORENSIC_BYTES}. */
      readonly receivedBytes: Uint8Array;
      readonly expectedDescription: string;
    }
  | {
      readonly kind: "ChecksumFailure";
      readonly instrumentId: string;
      readonly channelId: number;
      readonly expected: number;
      readonly actual: number;
    }
  | {
      readonly kind: "CalibrationDrift";
      readonly instrumentId: string;
      readonly channelId: number;
      readonly currentValue: number;
      readonly expectedRangeMin: number;
      readonly expectedRangeMax: number;
      /** NaN for a calibration that did not complete. */
      readonly sigmaDeviation: number;
      readonly unit: string;
      /** ns, TAI; undefined when never calibrated. */
      readonly lastCalibrationTimestampNs: bigint | undefined;
    }
  | {
      readonly kind: "CalibrationFailed";
      readonly instrumentId: string;
      readonly channelId: number;
      readonly reason: string;
      readonly calibrationRecord: CalibrationRecord | undefined;
    }
  | {
      readonly kind: "CommandRejected";
      readonly instrumentId: string;
      readonly commandDescription: string;
      readonly rejectionReason: string;
      readonly vendorRejectionCode: number | undefined;
    }
  | {
      readonly kind: "CommandExecutionFailure";
      readonly instrumentId: string;
      readonly commandDescription: string;
      readonly failureReason: string;
    }
  | {
      readonly kind: "InvalidConfiguration";
      readonly driverName: string;
      readonly field: string;
      readonly reason: string;
    }
  | {
      readonly kind: "FirmwareVersionMismatch";
      readonly instrumentId: string;
      readonly firmwareVersion: string;
      readonly minVersion: string;
      readonly maxVersion: string | undefined;
    }
  | { readonly kind: "OperationNotSupported"; readonly instrumentId: string; readonly operation: string }
  | {
      readonly kind: "VendorSdkError";
      readonly instrumentId: string;
      readonly message: string;
      /** Holds at least `vendor_error_code` and `vendor_error_message`. */
      readonly context: ReadonlyMap<string, string>;
    };

export type InstrumentErrorKind = InstrumentErrorDetail["kind"];

/** Raw bytes kept with a ProtocolViolation, at most (section 3.1). */
export const MAX_FORENSIC_BYTES = 256;

/** The supervisor decides by this alone, never by the error's kind (section 3.2). */
export type RecoveryAction =
  | "ReconnectWithBackoff"
  | "RetryOnceWithDoubleTimeout"
  | "ReconnectAndLogForensics"
  | "RequestRetransmission"
  | "DegradeChannelAndAlert"
  | "IsolateChannelAndRaiseMandatoryDeviation"
  | "SurfaceToOperatorNoRetry"
  | "IsolateDriver"
  | "ConnectReadOnlyAndAlert"
  | "ReturnImmediately";

interface Duty {
  readonly recovery: RecoveryAction;
  /** A ledger entry is written even when recovery succeeds (section 3.3). */
  readonly audit: boolean;
}

const DUTIES: { readonly [Kind in InstrumentErrorKind]: Duty } = {
  ConnectionLost: { recovery: "ReconnectWithBackoff", audit: false },
  ConnectionRefused: { recovery: "ReconnectWithBackoff", audit: false },
  Timeout: { recovery: "RetryOnceWithDoubleTimeout", audit: false },
  ProtocolViolation: { recovery: "ReconnectAndLogForensics", audit: true },
  ChecksumFailure: { recovery: "RequestRetransmission", audit: false },
  CalibrationDrift: { recovery: "DegradeChannelAndAlert", audit: true },
  CalibrationFailed: { recovery: "IsolateChannelAndRaiseMandatoryDeviation", audit: true },
  CommandRejected: { recovery: "SurfaceToOperatorNoRetry", audit: true },
  CommandExecutionFailure: { recovery: "SurfaceToOperatorNoRetry", audit: true },
  InvalidConfiguration: { recovery: "IsolateDriver", audit: false },
  FirmwareVersionMismatch: { recovery: "ConnectReadOnlyAndAlert", audit: false },
  OperationNotSupported: { recovery: "ReturnImmediately", audit: false },
  VendorSdkError: { recovery: "ReconnectWithBackoff", audit: false },
};

export const INSTRUMENT_ERROR_KINDS = Object.keys(DUTIES) as readonly InstrumentErrorKind[];

/** Every failure that crosses the contract. `cause` keeps what the protocol stack threw. */
export class InstrumentError extends Error {
  override readonly name = "InstrumentError";
  readonly detail: InstrumentErrorDetail;

  constructor(detail: InstrumentErrorDetail, options?: { cause?: unknown }) {
    super(describe(detail), options);
    this.detail = detail;
  }

  get kind(): InstrumentErrorKind {
    return this.detail.kind;
  }

  get recoveryAction(): RecoveryAction {
    return DUTIES[this.detail.kind].recovery;
  }

  get requiresAuditEntry(): boolean {
    return DUTIES[this.detail.kind].audit;
  }
}

const hex8 = (crc: number) => `0x${(crc >>> 0).toString(16).padStart(8, "0")}`;

function describe(d: InstrumentErrorDetail): string {
  switch (d.kind) {
    case "ConnectionLost":
      return `connection lost to ${d.instrumentId}: ${d.reason}`;
    case "ConnectionRefused":
      return `connection refused by ${d.instrumentId} at ${d.endpoint}: ${d.reason}`;
    case "Timeout":
      return `timeout on ${d.operation} for ${d.instrumentId} (budget ${d.budgetMs} ms)`;
    case "ProtocolViolation":
      return `protocol violation from ${d.instrumentId} on ${d.endpoint}: ${d.description} (expected ${d.expectedDescription})`;
    case "ChecksumFailure":
      return `checksum failure from ${d.instrumentId} channel ${d.channelId}: expected ${hex8(d.expected)}, got ${hex8(d.actual)}`;
    case "CalibrationDrift":
      return `calibration drift on ${d.instrumentId} channel ${d.channelId}: ${driftText(d)}`;
    case "CalibrationFailed":
      return `calibration failed on ${d.instrumentId} channel ${d.channelId}: ${d.reason}`;
    case "CommandRejected":
      return `command rejected by ${d.instrumentId}: ${d.commandDescription}: ${d.rejectionReason}`;
    case "CommandExecutionFailure":
      return `command execution failure on ${d.instrumentId}: ${d.commandDescription}: ${d.failureReason}`;
    case "InvalidConfiguration":
      return `invalid configuration for ${d.driverName}: ${d.field}: ${d.reason}`;
    case "FirmwareVersionMismatch":
      return `unsupported firmware ${d.firmwareVersion} on ${d.instrumentId} (driver supports ${d.minVersion} to ${d.maxVersion ?? "any later"})`;
    case "OperationNotSupported":
      return `${d.instrumentId} does not support ${d.operation}`;
    case "VendorSdkError":
      return `vendor SDK error from ${d.instrumentId}: ${d.message}`;
  }
}

/** Without a deviation it is a calibration that did not complete (section 2.4). */
function driftText(d: InstrumentErrorDetail & { kind: "CalibrationDrift" }): string {
  const { currentValue, sigmaDeviation, expectedRangeMin, expectedRangeMax, unit } = d;
  if (Number.isNaN(sigmaDeviation)) return "the calibration did not complete";
  return `${currentValue.toFixed(4)} ${unit} is ${sigmaDeviation.toFixed(1)} sigma from ${expectedRangeMin} to ${expectedRangeMax} ${unit}`;
}
