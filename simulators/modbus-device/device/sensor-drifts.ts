/** Drifts of the sensors, done on purpose, and the receipt of what each one changed. */
import type { InstrumentFaultReceipt } from "../../control.ts";
import { LOOPS, type LoopName } from "./loop.ts";

const SECONDS_PER_HOUR = 3600;

interface Drift {
  readonly channel: LoopName;
  readonly ratePerHour: number;
  readonly beginS: number;
  first: { readonly before: number; readonly after: number } | undefined;
  last: { readonly before: number; readonly after: number } | undefined;
  changed: number;
}

export class SensorDrifts {
  readonly #active = new Map<string, Drift>();

  get ids(): readonly string[] {
    return [...this.#active.keys()];
  }

  begin(id: string, channel: LoopName, ratePerHour: number, beginS: number): void {
    this.#active.set(id, { channel, ratePerHour, beginS, first: undefined, last: undefined, changed: 0 });
  }

  /** What the sensor shows for a true value, noted for the receipts. */
  show(channel: LoopName, trueValue: number, plantTimeS: number): number {
    if (this.#active.size === 0) return trueValue;
    const own = [...this.#active.values()].filter((drift) => drift.channel === channel);
    const offset = own.reduce((sum, { ratePerHour, beginS }) => sum + ratePerHour * (plantTimeS - beginS), 0);
    const shown = trueValue + offset / SECONDS_PER_HOUR;
    for (const drift of own) {
      drift.first ??= { before: trueValue, after: shown };
      drift.last = { before: trueValue, after: shown };
      if (shown !== trueValue) drift.changed += 1;
    }
    return shown;
  }

  /** Ends a drift; undefined for an id that is none. `trueValue` stands in where nothing was read. */
  end(
    id: string,
    endS: number,
    trueValue: (channel: LoopName) => number,
  ): InstrumentFaultReceipt | undefined {
    const drift = this.#active.get(id);
    if (drift === undefined) return undefined;
    this.#active.delete(id);
    const { channel, beginS, changed } = drift;
    const none = { before: trueValue(channel), after: trueValue(channel) };
    const [first, last] = [drift.first ?? none, drift.last ?? none];
    return {
      channel,
      subject: `readings of ${channel}`,
      unit: LOOPS[channel].unit,
      beginS,
      endS,
      firstBefore: first.before,
      firstAfter: first.after,
      lastBefore: last.before,
      lastAfter: last.after,
      touched: changed,
    };
  }
}
