import type {
  DropEvent,
  InstrumentCommand,
  InstrumentError,
  InstrumentStatus,
  RecoveryAction,
} from "@helix/hal";
import type { Actor } from "@helix/ledger";
import type { CommandResolution } from "./command-desk.ts";

/** What the supervisor tells while it runs; `instrument` is the key in helix.toml. */
export type SupervisorEvent =
  /** The ledger takes no records: commands are refused from now on, measuring goes on. */
  | { readonly type: "ledger-unavailable"; readonly reason: string }
  /** The wall clock was set to another time; ns, negative: back. */
  | { readonly type: "clock-stepped"; readonly stepNs: bigint }
  | InstrumentEvent;

type InstrumentEvent =
  | {
      readonly type: "status";
      readonly instrument: string;
      readonly status: InstrumentStatus;
      readonly reason: string | undefined;
    }
  | {
      readonly type: "error";
      readonly instrument: string;
      readonly error: InstrumentError;
      readonly recovery: RecoveryAction;
      /** What comes next, for people. */
      readonly next: string;
      /** Nothing more is tried: the alarm that follows says so. */
      readonly isLast: boolean;
    }
  | { readonly type: "alarm"; readonly instrument: string; readonly message: string }
  | {
      readonly type: "gap";
      readonly instrument: string;
      readonly channel: string;
      readonly lastSequence: bigint;
      readonly nextSequence: bigint;
      readonly missing: bigint;
      readonly ledgerSequence: Promise<bigint>;
    }
  /** The first reading since a former runtime died, as TELEMETRY_INTERRUPTED in the ledger. */
  | {
      readonly type: "interruption";
      readonly instrument: string;
      readonly sinceUtcNs: bigint;
      readonly firstTakenTaiNs: bigint;
      readonly ledgerSequence: Promise<bigint>;
    }
  | { readonly type: "drop"; readonly instrument: string; readonly drop: DropEvent }
  | {
      readonly type: "crc-failure";
      readonly instrument: string;
      readonly expected: number;
      readonly actual: number;
    }
  | { readonly type: "contract-violation"; readonly instrument: string; readonly reason: string }
  | { readonly type: "frames"; readonly instrument: string; readonly count: number }
  /** A former runtime died before it knew the outcome, which is now on record as unknown. */
  | {
      readonly type: "command-orphaned";
      readonly instrument: string;
      readonly id: string;
      readonly command: InstrumentCommand;
      readonly actor: Actor;
      readonly reason: string;
      readonly intentSequence: bigint;
      readonly outcomeSequence: bigint;
    }
  | {
      readonly type: "command-resolved";
      readonly instrument: string;
      readonly resolution: CommandResolution;
    };

export type EmitSupervisorEvent = (event: SupervisorEvent) => void;
