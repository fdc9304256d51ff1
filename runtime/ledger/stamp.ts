/** Gives each event its times and identifiers at the moment the caller hands it over. */
import type { Clock, Origin, Random } from "@helix/hal";
import type { Timekeeping } from "@helix/platform";
import { toHex } from "./bytes.ts";
import { encodeEvent } from "./event-codec.ts";
import { uuidBytes, uuidV7 } from "./event-id.ts";
import type { LedgerEvent } from "./events.ts";
import {
  type DurabilityClass,
  MAX_EVENT_BYTES,
  RECORD_HEADER_BYTES,
  writeDraftHeader,
} from "./record-codec.ts";

/** Time zones change at whole quarters of an hour, everywhere. */
const QUARTER_NS = 900_000_000_000n;

/** Of the records to come: by whose clock, and from what kind of plant. */
export interface StampSource {
  /** Undefined: nothing is known of the clock, and times are shown in UTC. */
  readonly timekeeping?: Timekeeping | undefined;
  /** Undefined: not stated. */
  readonly dataOrigin?: Origin | undefined;
}

/** Whether one record holds it. @throws Error when a value of it has no form in CBOR */
export const fitsRecord = (event: LedgerEvent): boolean => encodeEvent(event).length <= MAX_EVENT_BYTES;

export class Stamp {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #source: StampSource;
  readonly #bootId: Uint8Array;
  /** Since when (ns since 1970 UTC) and which: asked once per quarter of an hour. */
  #zone = { from: 0n, until: 0n, minutes: 0 };

  constructor(clock: Clock, random: Random, source: StampSource = {}) {
    this.#clock = clock;
    this.#source = source;
    // The time in the label keeps two openings of a world with one seed apart.
    this.#random = random.fork(`ledger-boot-${clock.wallUtcNs()}`);
    this.#bootId = this.#random.bytes(16);
  }

  /** Lower-case hex. */
  get bootId(): string {
    return toHex(this.#bootId);
  }

  /** @throws RangeError when the event is too long; Error when a value of it has no form in CBOR */
  draft(event: LedgerEvent, durability: DurabilityClass, eventId?: string): Uint8Array {
    const draft = encodeEvent(event, RECORD_HEADER_BYTES);
    const length = draft.length - RECORD_HEADER_BYTES;
    if (length > MAX_EVENT_BYTES) {
      throw new RangeError(`${event.type} takes ${length} bytes, the ledger ${MAX_EVENT_BYTES} at most`);
    }
    const utcNs = this.#clock.wallUtcNs();
    const content = {
      utcNs,
      monotonicNs: this.#clock.monotonicNs(),
      bootId: this.#bootId,
      eventId: eventId === undefined ? uuidV7(utcNs, this.#random) : uuidBytes(eventId),
      durability,
    };
    const { timekeeping, dataOrigin: origin } = this.#source;
    const clockQuality = timekeeping?.quality ?? "not-stated";
    writeDraftHeader(draft, content, { zoneMinutes: this.#zoneMinutes(utcNs), clockQuality, origin });
    return draft;
  }

  #zoneMinutes(utcNs: bigint): number {
    const { timekeeping } = this.#source;
    if (timekeeping === undefined) return 0;
    if (utcNs < this.#zone.from || utcNs >= this.#zone.until) {
      const from = utcNs - (utcNs % QUARTER_NS);
      this.#zone = { from, until: from + QUARTER_NS, minutes: timekeeping.zoneMinutes(utcNs) };
    }
    return this.#zone.minutes;
  }
}
