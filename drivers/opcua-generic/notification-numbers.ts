/**
 * Finds missing notifications by their sequence numbers (OPC 10000-4 7.26): 1, 2, 3, ... per
 * subscription, wrapping from 2^32 - 1 to 1. A keep-alive carries the number that comes next and
 * does not use it up.
 */
const LARGEST = 0xffff_ffff;

export class NotificationNumbers {
  #expected: number | undefined;
  #missing = false;

  /**
   * @param carriesData  false for a keep-alive
   * @returns true when notifications before this one, since the last that carried data, are missing
   */
  note(sequenceNumber: number, carriesData: boolean): boolean {
    if (this.#expected !== undefined && sequenceNumber !== this.#expected) this.#missing = true;
    this.#expected = carriesData ? next(sequenceNumber) : sequenceNumber;
    if (!carriesData) return false;
    const missing = this.#missing;
    this.#missing = false;
    return missing;
  }
}

const next = (number: number) => (number === LARGEST ? 1 : number + 1);
