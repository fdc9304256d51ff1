/**
 * What the rest of HELIX sees of the audit ledger: append, wait for durability or not, close.
 * How records are laid out and hashed is behind this.
 */
import type { LedgerEvent } from "./events.ts";
import type { TimeStamp } from "./time-stamp/token.ts";

export interface Ledger {
  /** Resolves when the record is on the medium. @throws LedgerUnavailableError; the record may or may not be there. */
  append(event: LedgerEvent, options?: AppendOptions): Promise<LedgerReceipt>;
  /**
   * Queues the record and returns; it becomes durable with the next batch. A failure shows in
   * `failure` and in every later call, so it cannot pass unnoticed.
   */
  enqueue(event: LedgerEvent, options?: Pick<AppendOptions, "safety">): void;
  /** Resolves when everything queued so far is durable, with the proof of it. */
  checkpoint(): Promise<LedgerCheckpoint>;
  /**
   * From now on calls `listener` with every record as it is handed over, in the order of their sequences and
   * before it is durable. There where a ledger writes records itself.
   */
  watch?(listener: (record: HandedOver) => void): void;
  /** Undefined while the ledger can write. */
  readonly failure: LedgerUnavailableError | undefined;
  /** Writes what is queued, a last checkpoint, and releases the folder. Safe to call twice. */
  close(): Promise<void>;
}

/** A record as the ledger took it: what reading it will tell, if it becomes durable. */
export interface HandedOver {
  readonly sequence: bigint;
  /** ns since 1970 UTC */
  readonly utcNs: bigint;
  /** Lower-case hex, of this opening. */
  readonly bootId: string;
  readonly event: LedgerEvent;
}

export interface AppendOptions {
  /**
   * A: acknowledged only under a signed, synced checkpoint, for signatures and critical commands.
   * B, the default: when the record is on the medium.
   */
  readonly durability?: "A" | "B";
  /**
   * Of a safety action, an alarm or an operator's stop: goes into the emergency log when the ledger
   * cannot take it, so that `enqueue` never throws for it. Without an emergency log it changes nothing.
   */
  readonly safety?: boolean;
  /**
   * UUIDv7 as text, for an event that may have been written before: readers take both for one event. By default
   * a new one.
   */
  readonly eventId?: string;
}

export interface LedgerReceipt {
  /** Counts from 0, without gaps, over the life of the ledger. */
  readonly sequence: bigint;
  /** BLAKE3 of the record, lower-case hex. */
  readonly recordHash: string;
}

/** A signed statement of how many records there are and what they are. */
export interface LedgerCheckpoint {
  readonly records: bigint;
  /** Lower-case hex. */
  readonly root: string;
  /** The signed note, as text. */
  readonly note: string;
  /** Of further keys on the note, as `name+key id`; none of them is checked. */
  readonly otherSignatures?: readonly string[];
}

/** The ledger cannot take records: full, failing, or closed. GMP writes must then be refused. */
export class LedgerUnavailableError extends Error {
  override readonly name = "LedgerUnavailableError";
}

/**
 * CLEAN: all is there and fits. TORN_TAIL: only the last, unfinished write of a crash is bad; the
 * next opening sets it aside. CORRUPT: something that was durable has changed. ROLLBACK: records
 * that a signed statement counts are gone.
 */
export type LedgerVerdict = "CLEAN" | "TORN_TAIL" | "CORRUPT" | "ROLLBACK";

/** What a second site has stated of this ledger: so many records were its largest state that it had seen by then. */
export interface WitnessStatement {
  /** C2SP verifier key of the witness. */
  readonly key: string;
  /** The largest checkpoint that it cosigned; undefined where nothing here bears its signature. */
  readonly newest:
    | {
        readonly records: bigint;
        /** Seconds since 1970 UTC, by the witness's clock. */
        readonly timeS: bigint;
      }
    | undefined;
}

export interface LedgerVerification {
  readonly verdict: LedgerVerdict;
  /** Records that are proven good, counted from the start. */
  readonly records: bigint;
  /** Root over those records, lower-case hex. */
  readonly root: string;
  /** Of these, how many the newest signed checkpoint covers. */
  readonly checkpointRecords: bigint;
  /** Electronic signatures of persons, each found to be of the record that it names. */
  readonly signatures: number;
  /** RFC 3161 time-stamps of checkpoints beside it, each found to be of a checkpoint that the records bear out. */
  readonly timeStamps: { readonly count: number; readonly newest: TimeStamp | undefined };
  /** Of each witness that was named to `verifyLedger`, in that order. */
  readonly witnesses: readonly WitnessStatement[];
  /** Of further keys on the newest checkpoint and on cosigned ones, as `name+key id`; none of them is checked. */
  readonly otherSignatures: readonly string[];
  /**
   * What follows it, the newest records, is under no signature yet. "key": the private key could be read
   * here and says that its holder wrote them. "hashes": they fit together, and whoever can write
   * the folder could have written them. "none": there are no such records.
   */
  readonly unsignedShownBy: "key" | "hashes" | "none";
  /** C2SP verifier key of the offline root key; undefined where none was named when the ledger was made. */
  readonly rootKey: string | undefined;
  /**
   * There and unchanged, and not to be trusted: between the last trusted size, as the root key says, and the
   * rotation the compromised key may have been in other hands. `from` up to before `to`.
   */
  readonly untrusted: readonly { readonly from: bigint; readonly to: bigint; readonly epoch: number }[];
  /** What was there and could not be checked, one line each; the verdict does not depend on it. */
  readonly remarks: readonly string[];
  /**
   * C2SP verifier key of the ledger, undefined when its policy file is unreadable. Compare it with
   * the one noted when the ledger was made: who holds the key file can sign another ledger.
   */
  readonly verifierKey: string | undefined;
  /** Undefined when CLEAN. */
  readonly firstBad:
    | { readonly sequence: bigint; readonly file: string; readonly offset: number; readonly reason: string }
    | undefined;
}
