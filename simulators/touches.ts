/** What a fault has changed, as its receipt will say it. */
import type { FaultValue, InstrumentFaultReceipt } from "./instrument-fault.ts";

interface Touch {
  readonly before: FaultValue;
  readonly after: FaultValue;
}

export class Touches {
  readonly #what: { readonly channel: string | undefined; readonly subject: string; readonly unit: string };
  #first: Touch | undefined;
  #last: Touch | undefined;
  #count = 0;

  constructor(what: { channel?: string; subject: string; unit: string }) {
    this.#what = { channel: what.channel, subject: what.subject, unit: what.unit };
  }

  /** Something was `after` under the fault that would have been `before` without; equal is no touch. */
  note(before: FaultValue, after: FaultValue): void {
    this.#first ??= { before, after };
    this.#last = { before, after };
    if (before !== after) this.#count += 1;
  }

  receipt(beginS: number, endS: number): InstrumentFaultReceipt {
    const first = this.#first ?? { before: "", after: "" };
    const last = this.#last ?? first;
    return {
      ...this.#what,
      beginS,
      endS,
      firstBefore: first.before,
      firstAfter: first.after,
      lastBefore: last.before,
      lastAfter: last.after,
      touched: this.#count,
    };
  }
}
