/**
 * Where each value of a trajectory lies in a kernel's memory: slot numbers, shared by every back end
 * and by the code that drives it. With L lanes, slot s of lane l is element s * L + l.
 */

/** Fixed slots, in this order at the start. */
export const CONTROL_SLOTS = [
  "t",
  "h",
  "rejected",
  "errorBefore",
  "hBefore",
  "steps",
  "rejects",
  "status",
  "tEnd",
  "tOut",
  "hMin",
  "maxSteps",
  "rtol",
  "atol",
  "tStart",
  "hUsed",
] as const;

export type ControlSlot = (typeof CONTROL_SLOTS)[number];

/** `status` of a lane is a sum of these; 0 is "go on". */
export const STATUS = { atEnd: 1, atOutput: 2, event: 4, stepTooSmall: 8, tooManySteps: 16 } as const;

/** A status above this asks for more than the next segment: the host may look inside the step. */
export const ONLY_AT_END = STATUS.atEnd;

export class Layout {
  readonly #slots = new Map<string, number>();

  constructor() {
    for (const name of CONTROL_SLOTS) this.add(name);
  }

  get size(): number {
    return this.#slots.size;
  }

  /** The slot of `name`, made when it is new. */
  add(name: string): number {
    const known = this.#slots.get(name);
    if (known !== undefined) return known;
    this.#slots.set(name, this.#slots.size);
    return this.#slots.size - 1;
  }

  /** @throws RangeError for a name that has no slot */
  slot(name: string): number {
    const slot = this.#slots.get(name);
    if (slot === undefined) throw new RangeError(`no slot ${name}`);
    return slot;
  }

  has(name: string): boolean {
    return this.#slots.has(name);
  }
}
