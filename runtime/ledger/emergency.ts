/**
 * A ledger with a second one behind it, for safety records while the first cannot take them: a full
 * or failing disk must not hold up an interlock, and what it did must be on record. Everything else
 * is refused meanwhile. The next opening merges what was taken, and raises a deviation.
 */
import type { Clock, Random } from "@helix/hal";
import type { Disk } from "@helix/platform";
import { uuidText, uuidV7 } from "./event-id.ts";
import type { LedgerEvent } from "./events.ts";
import type {
  AppendOptions,
  HandedOver,
  Ledger,
  LedgerCheckpoint,
  LedgerReceipt,
  LedgerUnavailableError,
} from "./ledger.ts";
import { type LedgerRecord, readLedger } from "./read.ts";

/** As far back in the main ledger a record may stand that the emergency log has too. */
const OVERLAP_RECORDS = 20_000n;
/** What the log writes for itself, and no event of HELIX. */
const OWN_TYPES = new Set([
  "LEDGER_UNAVAILABLE",
  "EMERGENCY_MERGED",
  "RECOVERY",
  "KEY_ROTATED",
  "KEY_COMPROMISED",
  "MARKS_MOVED",
]);

/** In memory; every one is told when it comes, so that older ones need not stay. */
const MOST_UNWRITTEN = 10_000;

/** A safety record that no log could take. */
export interface UnwrittenRecord {
  readonly event: LedgerEvent;
  /** UUIDv7 */
  readonly eventId: string;
  /** ns since 1970 UTC, when it was known that it cannot be written. */
  readonly utcNs: bigint;
  /** Why the emergency log did not take it. */
  readonly reason: string;
}

export interface EmergencyPlace {
  readonly folder: string;
  readonly disk?: Disk;
  /** Told at once of each safety record that neither log took: the last way to have it seen. */
  readonly onUnwritten?: (record: UnwrittenRecord) => void;
}

interface Place {
  readonly folder: string;
  readonly disk: Disk;
  readonly clock: Clock;
  readonly random: Random;
}

export class EmergencyBackedLedger implements Ledger {
  readonly #folder: string;
  readonly #main: Ledger;
  readonly #emergency: Ledger;
  readonly #clock: Clock;
  readonly #random: Random;
  #inUse = false;
  /** Safety records whose way is not certain yet. */
  readonly #pending = new Set<Promise<void>>();
  /** What neither could take, oldest first: the last place left is memory, and whoever is told. */
  readonly unwritten: UnwrittenRecord[] = [];
  readonly #onUnwritten: (record: UnwrittenRecord) => void;

  private constructor(
    place: Place,
    main: Ledger,
    emergency: Ledger,
    onUnwritten: (record: UnwrittenRecord) => void,
  ) {
    this.#onUnwritten = onUnwritten;
    this.#folder = place.folder;
    this.#clock = place.clock;
    this.#random = place.random.fork("ledger-emergency-ids");
    this.#main = main;
    this.#emergency = emergency;
  }

  /** Brings into `main` what `emergency` took since the last time. */
  static async merge(
    place: Place,
    at: EmergencyPlace,
    main: Ledger,
    emergency: Ledger,
  ): Promise<EmergencyBackedLedger> {
    const taken = await notMerged({ folder: at.folder, disk: at.disk ?? place.disk });
    if (taken.length > 0) await mergeInto(place, taken, main, emergency);
    return new EmergencyBackedLedger(place, main, emergency, at.onUnwritten ?? (() => {}));
  }

  get failure(): LedgerUnavailableError | undefined {
    return this.#main.failure;
  }

  async append(event: LedgerEvent, options: AppendOptions = {}): Promise<LedgerReceipt> {
    if (options.safety !== true) return this.#main.append(event, options);
    const eventId = options.eventId ?? uuidText(uuidV7(this.#clock.wallUtcNs(), this.#random));
    try {
      return await this.#main.append(event, { ...options, eventId });
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      // Whether the main ledger has it is unknown: the same id lets the merge tell.
      return this.#appendToEmergency(event, eventId, error);
    }
  }

  enqueue(event: LedgerEvent, { safety = false } = {}): void {
    if (!safety) {
      this.#main.enqueue(event);
      return;
    }
    const written = this.append(event, { safety }).then(
      () => undefined,
      // Kept and told by then.
      () => undefined,
    );
    this.#pending.add(written);
    void written.then(() => this.#pending.delete(written));
  }

  /** Of the main ledger alone. */
  watch(listener: (record: HandedOver) => void): void {
    this.#main.watch?.(listener);
  }

  checkpoint(): Promise<LedgerCheckpoint> {
    return this.#main.checkpoint();
  }

  async close(): Promise<void> {
    const closing = this.#main.close();
    await Promise.all(this.#pending);
    const closed = await Promise.allSettled([closing, this.#emergency.close()]);
    for (const outcome of closed) if (outcome.status === "rejected") throw outcome.reason;
  }

  async #appendToEmergency(event: LedgerEvent, eventId: string, cause: Error): Promise<LedgerReceipt> {
    try {
      if (!this.#inUse) {
        this.#inUse = true;
        this.#emergency.enqueue({ type: "LEDGER_UNAVAILABLE", ledger: this.#folder, reason: cause.message });
      }
      return await this.#emergency.append(event, { eventId });
    } catch (error) {
      const record = { event, eventId, utcNs: this.#clock.wallUtcNs(), reason: (error as Error).message };
      if (this.unwritten.push(record) > MOST_UNWRITTEN) this.unwritten.shift();
      this.#onUnwritten(record);
      throw error;
    }
  }
}

const isUnavailable = (error: unknown): error is LedgerUnavailableError =>
  error instanceof Error && error.name === "LedgerUnavailableError";

/** Since the last merge; empty when the log was not needed. */
async function notMerged(emergency: { folder: string; disk: Disk }): Promise<LedgerRecord[]> {
  let taken: LedgerRecord[] = [];
  for await (const record of readLedger(emergency)) {
    if (record.event.type === "EMERGENCY_MERGED") taken = [];
    else taken.push(record);
  }
  return taken.some(({ event }) => event.type === "LEDGER_UNAVAILABLE") ? taken : [];
}

async function mergeInto(
  place: Place,
  taken: readonly LedgerRecord[],
  main: Ledger,
  emergency: Ledger,
): Promise<void> {
  const known = await idsIn(place, (await main.checkpoint()).records);
  const events = taken.filter(({ event }) => !OWN_TYPES.has(event.type));
  const missing = events.filter(({ eventId }) => !known.has(eventId));
  const cause = taken.find(({ event }) => event.type === "LEDGER_UNAVAILABLE");
  const reason = String(cause?.event.reason);
  const before = await emergency.checkpoint();
  for (const { sequence, utcNs, eventId, recordHash, event } of missing) {
    main.enqueue({
      type: "EMERGENCY_RECORD",
      emergencySequence: sequence,
      utcNs,
      eventId,
      recordHash,
      event,
    });
  }
  main.enqueue({
    type: "DEVIATION",
    instrument: "ledger",
    mandatory: true,
    description: `the ledger was unavailable (${reason}); the emergency log took ${events.length} safety records, ${missing.length} of them were not in the ledger and follow it now`,
  });
  const merged = {
    type: "EMERGENCY_MERGED" as const,
    records: missing.length,
    emergencyRecords: before.records,
    emergencyRoot: before.root,
    reason,
  };
  // The main ledger first: after a crash in between they are found there by their ids.
  await main.append(merged, { durability: "A" });
  await emergency.append(merged, { durability: "A" });
}

/** Of the newest records, and of those that were merged before. */
async function idsIn({ folder, disk }: Place, records: bigint): Promise<Set<string>> {
  const from = records > OVERLAP_RECORDS ? records - OVERLAP_RECORDS : 0n;
  const ids = new Set<string>();
  for await (const { eventId, event } of readLedger({ folder, disk, from })) {
    ids.add(eventId);
    if (event.type === "EMERGENCY_RECORD") ids.add(String(event.eventId));
  }
  return ids;
}
