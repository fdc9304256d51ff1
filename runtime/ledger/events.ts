/**
 * Everything that HELIX writes into its audit ledger, one type per event. Times of the event
 * itself are ns TAI; the ledger adds sequence, its own clocks and the chain. Values of type
 * bigint, Uint8Array and Map are kept as such (deterministic CBOR).
 */
import type {
  CalibrationPoint,
  CalibrationRecord,
  DropEvent,
  InstrumentCommand,
  InstrumentErrorDetail,
  InstrumentErrorKind,
  Origin,
} from "@helix/hal";
import type { ClockQuality } from "@helix/platform";
import type { RecordedEvent } from "./event-codec.ts";

/** Who did it: a person's id, an account ("account:helix"), or a part of HELIX such as "scenario:calm". */
export interface Actor {
  readonly id: string;
  readonly role: "operator" | "scenario" | "recipe" | "supervisor" | "service";
  /** Name of the machine at which it was done; undefined for parts of HELIX, and from versions that did not write it. */
  readonly station?: string | undefined;
}

export type CommandOutcome = "acknowledged" | "rejected" | "unknown";

/** A number as a person reads it. */
export interface Quantity {
  readonly value: number;
  /** UCUM */
  readonly unit: string;
}
export type ChangedValue = Quantity | string | boolean;

/** What a command changes. */
export interface ValueChange {
  /** A channel's name, or "mode". */
  readonly of: string;
  /** Undefined where it is not known. */
  readonly old: ChangedValue | undefined;
  readonly new: ChangedValue;
}

/** What a signature says of what it signs (21 CFR 11.50). */
export const SIGNATURE_MEANINGS = ["authored", "performed", "reviewed", "approved", "rejected"] as const;
export type SignatureMeaning = (typeof SIGNATURE_MEANINGS)[number];

/** The person who signs, as somebody else has established who it is. */
export interface Signer {
  /** Of one person, never given to another. */
  readonly id: string;
  /** As it is to be printed. */
  readonly name: string;
  readonly role: string;
  /** How it was established: "account of the operating system", "password and token", ... */
  readonly authentication: string;
  /** Name of the machine at which it was signed; undefined where that was not stated. */
  readonly station?: string | undefined;
}

/** An instrument's error that must be on record, with its kind's own fields in `detail`. */
interface RecordedError<Kind extends InstrumentErrorKind> {
  readonly instrument: string;
  readonly detail: Extract<InstrumentErrorDetail, { readonly kind: Kind }>;
  readonly message: string;
  readonly recovery: string;
}
/** These have a record type of their own in HELIX-HAL-0001 section 3.1. */
export type NamedErrorKind = "ProtocolViolation" | "CalibrationDrift";

interface SettledCommand {
  readonly commandId: string;
  readonly instrument: string;
  readonly reason: string | undefined;
}

/** A driver's code that somebody vouches for. */
export interface RegisteredDriver {
  /** As a configuration names it: absolute path of the driver's module, or the name of a package. */
  readonly library: string;
  readonly driverName: string;
  readonly driverVersion: string;
  readonly abiVersion: number;
  /** BLAKE3 of its code, lower-case hex. */
  readonly moduleHash: string;
}

/** What former runs left at a start that still matters: the next start need not read what is before this one. */
export interface CarriedState {
  /** Commands whose fate is not on record, in the order of their intents. */
  readonly openCommands: readonly {
    readonly commandId: string;
    readonly instrument: string;
    readonly command: InstrumentCommand;
    readonly actor: Actor;
    readonly intentSequence: bigint;
    /** Of the outcome "unknown"; undefined where there is none. */
    readonly outcomeSequence: bigint | undefined;
  }[];
  /** Not measured since then, ns since 1970 UTC, and not recorded as TELEMETRY_INTERRUPTED yet. */
  readonly interruptions: readonly { readonly instrument: string; readonly sinceUtcNs: bigint }[];
  /** Known last, in the channel's unit. */
  readonly setpoints: readonly {
    readonly instrument: string;
    readonly channelId: number;
    readonly value: number;
  }[];
  /** Begun, and their fate is not on record; undefined from versions that recorded no intent. */
  readonly openCalibrations?:
    | readonly {
        readonly calibrationId: string;
        readonly instrument: string;
        readonly channelId: number;
        readonly actor: Actor;
        readonly reason: string;
      }[]
    | undefined;
  /** In force; undefined from versions that registered none. */
  readonly registrations?: readonly ({ readonly sequence: bigint } & RegisteredDriver)[] | undefined;
}

/** What the next start needs of a run that goes on, beside what former runs left. */
export interface RunState extends CarriedState {
  /** Once connected in this run, and not ended in order: since when one is lost, ns since 1970 UTC, where it is. */
  readonly connections: readonly { readonly instrument: string; readonly lostUtcNs: bigint | undefined }[];
}

export type LedgerEvent =
  | {
      readonly type: "RUNTIME_STARTED";
      readonly helixVersion: string;
      readonly node: string;
      readonly configurationHash: string;
      readonly origin: Origin;
      /** Who started it; undefined on a bench. */
      readonly actor?: Actor | undefined;
      /** Undefined where it takes more than a record holds, and from versions that did not write it. */
      readonly carried?: CarriedState | undefined;
    }
  | {
      /** Every few thousand records of a run: the next start need not read what is before this one. */
      readonly type: "RUNTIME_STATE";
      readonly carried: RunState;
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
      /** The wall clock was set to another time, or the machine slept. */
      readonly type: "CLOCK_STEPPED";
      /** ns; negative: back */
      readonly stepNs: bigint;
      /** ns since 1970 UTC: what the clock would show now, and what it shows. */
      readonly expectedUtcNs: bigint;
      readonly utcNs: bigint;
    }
  | { readonly type: "CLOCK_QUALITY"; readonly quality: ClockQuality; readonly previous: ClockQuality }
  | ({
      /** From here on the code of this library is what may be loaded; one before it is so no more. */
      readonly type: "DRIVER_REGISTERED";
      readonly actor: Actor;
      readonly reason: string;
    } & RegisteredDriver)
  | {
      /** A start found code that nobody vouches for where that is demanded; none of it ran, and the start ended. */
      readonly type: "DRIVER_REFUSED";
      readonly instrument: string;
      readonly library: string;
      readonly moduleHash: string;
      readonly reason: string;
    }
  | {
      readonly type: "DRIVER_LOADED";
      readonly instrument: string;
      readonly driverName: string;
      readonly driverVersion: string;
      readonly moduleHash: string;
      /** Sequence of the DRIVER_REGISTERED that vouches for this very code; undefined where none does. */
      readonly registration: bigint | undefined;
    }
  | {
      /** The running code of one instrument was replaced; its first connection comes after this. */
      readonly type: "DRIVER_RELOADED";
      readonly instrument: string;
      readonly driverName: string;
      readonly oldDriverVersion: string;
      readonly newDriverVersion: string;
      readonly oldModuleHash: string;
      readonly newModuleHash: string;
      /** As in DRIVER_LOADED, of the new code. */
      readonly registration: bigint | undefined;
      readonly actor: Actor;
      readonly reason: string;
    }
  | {
      /** Somebody wanted to replace it; the old driver goes on. */
      readonly type: "DRIVER_RELOAD_REFUSED";
      readonly instrument: string;
      readonly driverName: string;
      readonly driverVersion: string;
      readonly moduleHash: string;
      readonly actor: Actor;
      readonly reason: string;
      readonly failure: string;
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
  | ({ readonly type: "PROTOCOL_VIOLATION" } & RecordedError<"ProtocolViolation">)
  | ({ readonly type: "CALIBRATION_DRIFT_DETECTED" } & RecordedError<"CalibrationDrift">)
  | ({ readonly type: "INSTRUMENT_ERROR" } & RecordedError<Exclude<InstrumentErrorKind, NamedErrorKind>>)
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
      /** Undefined for a command that sets nothing. */
      readonly change: ValueChange | undefined;
      readonly reason: string;
    }
  | ({
      readonly type: "COMMAND_OUTCOME";
      readonly outcome: Exclude<CommandOutcome, "rejected">;
      /** As the instrument confirmed it. */
      readonly acknowledgedValue: number | undefined;
      /** UCUM */
      readonly unit?: string | undefined;
      readonly roundTripLatencyUs: number | undefined;
    } & SettledCommand)
  /** The outcome of a command that the instrument, or HELIX before it, refused. */
  | ({ readonly type: "COMMAND_REJECTED" } & SettledCommand)
  | {
      readonly type: "COMMAND_RESOLVED";
      readonly commandId: string;
      readonly instrument: string;
      readonly executed: boolean;
      readonly readBack: number | undefined;
      /** UCUM */
      readonly unit?: string | undefined;
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
      readonly type: "CALIBRATION_INTENT";
      readonly calibrationId: string;
      readonly instrument: string;
      readonly channelId: number;
      readonly points: readonly CalibrationPoint[];
      readonly actor: Actor;
      readonly reason: string;
    }
  | {
      readonly type: "CALIBRATION";
      /** Of its intent; undefined from versions that recorded none. */
      readonly calibrationId?: string | undefined;
      readonly instrument: string;
      /** Unknown: a runtime died before it could record it. Undefined as above. */
      readonly outcome?: "performed" | "failed" | "unknown" | undefined;
      readonly actor: Actor;
      readonly reason: string;
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
      /** Of another record of this ledger, by a person (21 CFR 11.50, 11.70). */
      readonly type: "ELECTRONIC_SIGNATURE";
      readonly signer: Signer;
      readonly meaning: SignatureMeaning;
      /** The person's own words. */
      readonly comment: string | undefined;
      readonly signed: {
        readonly sequence: bigint;
        readonly type: string;
        /** BLAKE3 of the record, as in its receipt; through the chain, of all before it too. */
        readonly recordHash: Uint8Array;
      };
    }
  | {
      /** The instrument says that its run, or batch, is over. Of class A. */
      readonly type: "RUN_COMPLETED";
      readonly instrument: string;
    }
  | {
      /** Of a checkpoint of this ledger, by an RFC 3161 authority; the token lies beside the ledger. */
      readonly type: "TIME_STAMPED";
      readonly url: string;
      /** Subject of the certificate that signed it. */
      readonly authority: string;
      /** Under the checkpoint, and the root over them. */
      readonly records: bigint;
      readonly root: string;
      /** By the authority's clock, ns since 1970 UTC: to be compared with the record's own time. */
      readonly stampedUtcNs: bigint;
      /** The authority's number for it, hex. */
      readonly serial: string;
      readonly file: string;
      /** "daily", or what asked for it. */
      readonly reason: string;
    }
  | {
      readonly type: "TIME_STAMP_FAILED";
      readonly url: string;
      readonly reason: string;
      /** 1, 2, ... since the last one that was given. */
      readonly attempt: number;
      readonly retryInS: number;
    }
  | {
      /** Whose an id is: the name itself stands beside the ledger (names.json), where it can be erased. */
      readonly type: "PERSON_NAMED";
      readonly person: string;
      /** SHA-256 over salt, id, a zero byte and name. */
      readonly commitment: Uint8Array;
      readonly actor: Actor;
      readonly reason: string;
    }
  | {
      /** Of this id no name is kept any more. */
      readonly type: "PERSON_NAME_ERASED";
      readonly person: string;
      readonly actor: Actor;
      readonly reason: string;
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
      /** Where the ledger was made with a root key. */
      readonly signedByRoot?: Uint8Array | undefined;
      /** Who did it and why; undefined when a crash came between, and the next opening wrote this. */
      readonly actor?: Actor | undefined;
      readonly reason?: string | undefined;
    }
  | {
      /** After KEY_ROTATED: others may have had the key before; the root key says what is trusted all the same. */
      readonly type: "KEY_COMPROMISED";
      /** Of the compromised key, from 0. */
      readonly epoch: number;
      /** C2SP verifier key. */
      readonly key: string;
      /** Trusted, counted from the first record; those after it, up to the rotation, are not. */
      readonly trustedRecords: bigint;
      /** Over the trusted records, lower-case hex. */
      readonly trustedRoot: string;
      readonly signedByRoot: Uint8Array;
      readonly actor?: Actor | undefined;
      readonly reason?: string | undefined;
    }
  | {
      /** The high-water marks stand in another folder from here on. */
      readonly type: "MARKS_MOVED";
      readonly from: string;
      readonly to: string;
      /** Nobody could read them any more: nothing shows whether later records existed than those before this one. */
      readonly lost: boolean;
      readonly actor?: Actor | undefined;
      readonly reason: string;
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
      /** One for each piece that a crash left: the end of the last segment, or a mark. */
      readonly type: "RECOVERY";
      readonly verdict: string;
      /** What was wrong with the piece, as the verification that found it says. */
      readonly reason: string;
      /** Where it was found, and stays. */
      readonly file: string;
      /** Bytes from the start of that file. */
      readonly offset: number;
      readonly quarantinedBytes: number;
      /** The copy, named by its hash; it belongs to the ledger from now on. */
      readonly quarantineFile: string;
      readonly hash: string;
    };

export type LedgerEventType = LedgerEvent["type"];
