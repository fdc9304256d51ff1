/** Faults of the unit's sensors, done on purpose, and the receipt of what each one changed. */
import type { InstrumentFault, InstrumentFaultReceipt } from "../../control.ts";
import { channelByName } from "./channels.ts";

const SECONDS_PER_HOUR = 3600;

interface ActiveFault {
  readonly fault: InstrumentFault;
  readonly beginS: number;
  first: { readonly before: number; readonly after: number } | undefined;
  last: { readonly before: number; readonly after: number } | undefined;
  changed: number;
}

export class SensorFaults {
  readonly #active = new Map<string, ActiveFault>();

  get ids(): readonly string[] {
    return [...this.#active.keys()];
  }

  /** @throws RangeError for an unknown channel, or an id that is in use */
  inject(id: string, fault: InstrumentFault, plantTimeS: number): void {
    channelByName(fault.channel);
    if (this.#active.has(id)) throw new RangeError(`fault "${id}" is active already`);
    this.#active.set(id, { fault, beginS: plantTimeS, first: undefined, last: undefined, changed: 0 });
  }

  /** What the active faults add to the raw reading of `channel` now, in its unit. */
  offset(channel: string, plantTimeS: number): number {
    let sum = 0;
    for (const { fault, beginS } of this.#active.values()) {
      if (fault.channel === channel) sum += (fault.ratePerHour * (plantTimeS - beginS)) / SECONDS_PER_HOUR;
    }
    return sum;
  }

  affects(channel: string): boolean {
    return [...this.#active.values()].some(({ fault }) => fault.channel === channel);
  }

  /** Notes a reading that was given out: without any fault, and as it was. */
  note(channel: string, before: number, after: number): void {
    for (const active of this.#active.values()) {
      if (active.fault.channel !== channel) continue;
      active.first ??= { before, after };
      active.last = { before, after };
      if (before !== after) active.changed += 1;
    }
  }

  /**
   * Ends a fault. `reading` stands in where no reading was given out under it.
   *
   * @throws RangeError for an id that is not active
   */
  clear(id: string, plantTimeS: number, reading: (channel: string) => number): InstrumentFaultReceipt {
    const active = this.#active.get(id);
    if (!active) throw new RangeError(`fault "${id}" is not active`);
    this.#active.delete(id);
    const { channel } = active.fault;
    const none = { before: reading(channel), after: reading(channel) };
    const first = active.first ?? none;
    const last = active.last ?? none;
    return {
      channel,
      unit: channelByName(channel).unit,
      beginS: active.beginS,
      endS: plantTimeS,
      firstBefore: first.before,
      firstAfter: first.after,
      lastBefore: last.before,
      lastAfter: last.after,
      samples: active.changed,
    };
  }
}
