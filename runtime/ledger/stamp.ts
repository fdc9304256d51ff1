/** Gives each event its times and identifiers at the moment the caller hands it over. */
import type { Clock, Random } from "@helix/hal";
import { encodeEvent } from "./event-codec.ts";
import { uuidBytes, uuidV7 } from "./event-id.ts";
import type { LedgerEvent } from "./events.ts";
import { type DurabilityClass, draftRecord, MAX_EVENT_BYTES } from "./record-codec.ts";

export class Stamp {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #bootId: Uint8Array;

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    // The time in the label keeps two openings of a world with one seed apart.
    this.#random = random.fork(`ledger-boot-${clock.wallUtcNs()}`);
    this.#bootId = this.#random.bytes(16);
  }

  /** @throws RangeError when the event is too long; Error when a value of it has no form in CBOR */
  draft(event: LedgerEvent, durability: DurabilityClass, eventId?: string): Uint8Array {
    const body = encodeEvent(event);
    if (body.length > MAX_EVENT_BYTES) {
      throw new RangeError(`${event.type} takes ${body.length} bytes, the ledger ${MAX_EVENT_BYTES} at most`);
    }
    const utcNs = this.#clock.wallUtcNs();
    return draftRecord({
      utcNs,
      monotonicNs: this.#clock.monotonicNs(),
      bootId: this.#bootId,
      eventId: eventId === undefined ? uuidV7(utcNs, this.#random) : uuidBytes(eventId),
      durability,
      body,
    });
  }
}
