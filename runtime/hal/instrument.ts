/**
 * The capability every driver has: identity, connection, health (HELIX-HAL-0001 section 2.1).
 */
import type { InstrumentId } from "./identity.ts";

/**
 * Base interface of every driver.
 *
 * `connect` is idempotent; `disconnect` is safe at any time, also before a first `connect`, and
 * releases every socket, handle and timer; `instrumentId` is stable across reconnections and
 * comes from the serial number or MAC address, never from a run-time handle; `capabilities`
 * never change after construction.
 */
export interface Instrument {
  readonly instrumentId: InstrumentId;
  /** For operators, e.g. "Sartorius Biostat B - BRX-07 (Upstream Suite A)". */
  readonly displayName: string;
  readonly capabilities: InstrumentCapabilities;
  readonly driverInfo: DriverInfo;
  readonly status: InstrumentStatus;

  /**
   * Opens the connection, authenticates, and checks the firmware against the driver's range.
   * The supervisor allows 30 s ({@link SUPERVISOR_BUDGETS_MS}), then aborts `config.signal`.
   *
   * @throws InstrumentError ConnectionRefused, Timeout, FirmwareVersionMismatch,
   *   InvalidConfiguration or ProtocolViolation. Nothing stays open after a rejection.
   */
  connect(config: ConnectionConfig): Promise<void>;

  /** Releases everything `connect` acquired; never rejects for a lost peer; settles within 5 s. */
  disconnect(): Promise<void>;

  /**
   * Asks the instrument itself (a ping, a diagnostic register), not the driver's memory.
   * Settles within 500 ms; the supervisor calls it every 30 s by default.
   *
   * @throws InstrumentError Timeout or ConnectionLost.
   */
  healthCheck(signal: AbortSignal): Promise<HealthReport>;
}

/** How long the supervisor waits for a driver, in ms (sections 2.1 to 2.3 and 6.4). */
export const SUPERVISOR_BUDGETS_MS = {
  connect: 30_000,
  disconnect: 5_000,
  healthCheck: 500,
  stopStreaming: 2_000,
  dispatchCommand: 10_000,
} as const;

/** Which optional interfaces a driver implements, and what else its instrument can do. */
export interface InstrumentCapabilities {
  /** Implements TelemetrySource. */
  readonly streamsTelemetry: boolean;
  /** Implements Commandable. */
  readonly acceptsCommands: boolean;
  /** Implements Calibratable. */
  readonly supportsCalibration: boolean;
  /** Can produce synthetic data for tests. */
  readonly supportsSimulationMode: boolean;
  /** The instrument keeps its own log. */
  readonly hasOnboardLogging: boolean;
}

/** Lifecycle and operational state; `Degraded` carries the vendor's or driver's reason code. */
export type InstrumentStatus =
  | { readonly state: "Uninitialized" }
  | { readonly state: "Connecting" }
  | { readonly state: "Connected" }
  | { readonly state: "Streaming" }
  | { readonly state: "Degraded" /** u16 */; readonly reasonCode: number }
  | { readonly state: "Disconnecting" }
  | { readonly state: "Disconnected" }
  /** The driver is loaded, the instrument is quarantined until a person releases it. */
  | { readonly state: "FaultIsolated" };

export type InstrumentStateName = InstrumentStatus["state"];

/** What the supervisor hands to `connect`; the driver's own settings came with `createInstance`. */
export interface ConnectionConfig {
  /** Time this attempt may take, in ms. */
  readonly timeoutMs: number;
  /** Aborts when the budget is spent or the supervisor stops. */
  readonly signal: AbortSignal;
  /** The connection must not write to the instrument (see FirmwareVersionMismatch). */
  readonly readOnly: boolean;
}

export interface HealthReport {
  readonly status: InstrumentStatus;
  /** us */
  readonly roundTripLatencyUs: number;
  readonly firmwareVersion: string;
  /** s; undefined where the instrument does not tell. */
  readonly instrumentUptimeSeconds: number | undefined;
  readonly activeAlarms: readonly InstrumentAlarm[];
  /** Vendor-specific, for people. */
  readonly diagnostics: ReadonlyMap<string, string>;
}

/** An alarm that the instrument itself raised. */
export interface InstrumentAlarm {
  /** u32, the id that AcknowledgeAlarm takes. */
  readonly alarmId: number;
  readonly severity: "low" | "medium" | "high" | "critical";
  readonly message: string;
  /** Bit of `TelemetryFrame.alarmBitmap` that shows it, 0 to 63; undefined if not channel-bound. */
  readonly bitmapBit: number | undefined;
  readonly acknowledged: boolean;
}

/** Shown in the instrument registry and written into ledger entries. */
export interface DriverInfo {
  readonly driverName: string;
  /** SemVer */
  readonly driverVersion: string;
  readonly driverAuthor: string;
  readonly supportedProtocols: readonly string[];
  readonly minFirmwareVersion: string;
  readonly maxFirmwareVersion: string | undefined;
}
