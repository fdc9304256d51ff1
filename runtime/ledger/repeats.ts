/**
 * Events that stand in the ledger twice: who appends again after a failure, when it was unknown whether the first
 * attempt is there, does so under the same event id. A reader takes both for one event, the first one.
 */

/** As far apart as the two may stand: more than a writer ever has in flight. */
const SPAN = 20_000;

export class Repeats {
  /** Sequence of the first one, by event id; in the order in which they came. */
  readonly #first = new Map<string, bigint>();

  /**
   * To be called with each record, in order.
   *
   * @returns the sequence of the record that this one repeats; undefined where it is the first of its event
   */
  look({ eventId, sequence }: { readonly eventId: string; readonly sequence: bigint }): bigint | undefined {
    const first = this.#first.get(eventId);
    if (first !== undefined) return first;
    this.#first.set(eventId, sequence);
    if (this.#first.size > SPAN) {
      for (const oldest of this.#first.keys()) {
        this.#first.delete(oldest);
        break;
      }
    }
    return undefined;
  }
}
