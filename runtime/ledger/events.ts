/**
 * Everything that HELIX writes into its audit ledger, one type per event. Times of the event
 * itself are ns TAI; the ledger adds sequence, its own clocks and the chain. Values of type
 * bigint, Uint8Array and Map are kept as such (deterministic CBOR).
 */
import type {
  CalibrationRecord,
  DropEvent,
  InstrumentCommand,
  InstrumentErrorDetail,
  Origin,
} from "@helix/hal";
import type { RecordedEvent } from "./event-codec.ts";

/** Who did it: a person's id, or a part of HELIX such as "supervisor" or "scenario:calm". */
export interface Actor {
  readonly id: string;
  readonly role: "operator" | "scenario" | "recipe" | "supervisor";
}

export type CommandOutcome = "acknowledged" | "rejected" | "unknown";

export type LedgerEvent =
  | {
      readonly type: "RUNTIME_STARTED";
      readonly helixVersion: string;
      readonly node: string;
      readonly configurationHash: string;
      readonly origin: Origin;
    }
  | { readonly type: "RUNTIME_STOPPED"; readonly reason: string }
  | {
      /** Found at a start: the runtime before it ended without a word (kill, power cut, defect). */
      readonly type: "RUNTIME_DIED";
      /** Of its last record, which is the last that is known of it. */
      readonly lastSequence: bigint;
      /** ns since 1970 UTC */
      readonly lastUtcNs: bigint;
    }
  | {
      readonly type: "DRIVER_LOADED";
      readonly instrument: string;
      readonly driverName: string;
      readonly driverVersion: string;
      readonly moduleHash: string;
    }
  | {
      readonly type: "CONNECTED";
      readonly instrument: string;
      readonly instrumentId: string;
      readonly firmwareVersion: string | undefined;
      readonly attempt: number;
    }
  | {
      readonly type: "CONNECTION_LOST";
      readonly instrument: string;
      readonly reason: string;
      readonly lastFrameSequence: bigint;
      readonly connectionLostTimestampNs: bigint;
      readonly wasGraceful: boolean;
    }
  | { readonly type: "INSTRUMENT_ISOLATED"; readonly instrument: string; readonly reason: string }
  | {
      readonly type: "INSTRUMENT_ERROR";
      readonly instrument: string;
      readonly detail: InstrumentErrorDetail;
      readonly message: string;
      readonly recovery: string;
    }
  | {
      readonly type: "TELEMETRY_GAP";
      readonly instrument: string;
      readonly channel: string;
      readonly lastSequence: bigint;
      readonly nextSequence: bigint;
      readonly missing: bigint;
    }
  | {
      /**
       * Nobody measured, because a runtime died: the first reading after that is here, and between it
       * and `sinceUtcNs` readings may be missing. Sequences begin anew, so no count can be told.
       */
      readonly type: "TELEMETRY_INTERRUPTED";
      readonly instrument: string;
      /** Last that is known of the old connection, ns since 1970 UTC. */
      readonly sinceUtcNs: bigint;
      /** When the first reading after it was taken, ns TAI. */
      readonly firstTakenTaiNs: bigint;
    }
  | {
      readonly type: "TELEMETRY_CRC_FAILURE";
      readonly instrument: string;
      readonly expected: number;
      readonly actual: number;
      readonly frame: Uint8Array;
    }
  | ({ readonly type: "TELEMETRY_DROP_BACKPRESSURE"; readonly instrument: string } & DropEvent)
  | {
      readonly type: "COMMAND_INTENT";
      readonly commandId: string;
      readonly instrument: string;
      readonly actor: Actor;
      readonly command: InstrumentCommand;
      readonly previousSetpoint: number | undefined;
    }
  | {
      readonly type: "COMMAND_OUTCOME";
      readonly commandId: string;
      readonly instrument: string;
      readonly outcome: CommandOutcome;
      readonly acknowledgedValue: number | undefined;
      readonly reason: string | undefined;
      readonly roundTripLatencyUs: number | undefined;
    }
  | {
      readonly type: "COMMAND_RESOLVED";
      readonly commandId: string;
      readonly instrument: string;
      readonly executed: boolean;
      readonly readBack: number | undefined;
      readonly reason: string;
    }
  | {
      /** A reading found another setpoint than HELIX knew, and HELIX has not set it. */
      readonly type: "SETPOINT_DIFFERS";
      readonly instrument: string;
      readonly channel: string;
      readonly channelId: number;
      /** In the channel's unit. */
      readonly known: number;
      readonly read: number;
    }
  | {
      readonly type: "CALIBRATION";
      readonly instrument: string;
      readonly actor: Actor;
      readonly record: CalibrationRecord | undefined;
      readonly failure: string | undefined;
    }
  | {
      readonly type: "DEVIATION";
      readonly instrument: string;
      readonly mandatory: boolean;
      readonly description: string;
      /** Of a command whose fate is left to a person. */
      readonly commandId?: string;
    }
  | {
      readonly type: "KEY_ROTATED";
      /** Of the new key, from 1. */
      readonly epoch: number;
      /** Under the keys before it, and the root over them. */
      readonly records: bigint;
      readonly root: string;
      /** C2SP verifier keys. */
      readonly previousKey: string;
      readonly key: string;
      readonly signedByPrevious: Uint8Array;
      readonly signedByNew: Uint8Array;
    }
  | {
      /** In the emergency log: why it was needed. */
      readonly type: "LEDGER_UNAVAILABLE";
      readonly ledger: string;
      readonly reason: string;
    }
  | {
      /** In the main ledger: what the emergency log took while it was unavailable. */
      readonly type: "EMERGENCY_RECORD";
      readonly emergencySequence: bigint;
      /** ns since 1970 UTC, when it was handed over. */
      readonly utcNs: bigint;
      readonly eventId: string;
      readonly recordHash: string;
      readonly event: RecordedEvent;
    }
  | {
      /** In both: all of the emergency log up to there is in the main ledger. */
      readonly type: "EMERGENCY_MERGED";
      readonly records: number;
      /** Of the emergency log, and the root over all that it holds. */
      readonly emergencyRecords: bigint;
      readonly emergencyRoot: string;
      readonly reason: string;
    }
  | {
      readonly type: "RECOVERY";
      readonly verdict: string;
      readonly quarantinedBytes: number;
      readonly quarantineFile: string | undefined;
      readonly hash: string | undefined;
    };

export type LedgerEventType = LedgerEvent["type"];
