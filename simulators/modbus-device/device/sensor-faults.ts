/** Faults of the sensors: what they make of a true value, and the receipt of what each one changed. */
import type { InstrumentFaultReceipt } from "../../instrument-fault.ts";
import { Touches } from "../../touches.ts";
import type { ModbusSensorFault } from "../faults.ts";
import { LOOPS, type LoopName } from "./loop.ts";

const SECONDS_PER_HOUR = 3600;

interface Active {
  readonly fault: ModbusSensorFault;
  readonly beginS: number;
  /** What the sensor showed when it began. */
  readonly shownAtBegin: number;
  readonly touched: Touches;
}

export class SensorFaults {
  readonly #active = new Map<string, Active>();

  get ids(): readonly string[] {
    return [...this.#active.keys()];
  }

  /** @param trueValue of the fault's channel now */
  begin(id: string, fault: ModbusSensorFault, beginS: number, trueValue: number): void {
    const { channel } = fault;
    const touched = new Touches({ channel, subject: `readings of ${channel}`, unit: LOOPS[channel].unit });
    const shownAtBegin = this.#distorted(channel, trueValue, beginS);
    this.#active.set(id, { fault, beginS, shownAtBegin, touched });
  }

  /** What the sensor shows for a true value, noted for the receipts. */
  show(channel: LoopName, trueValue: number, plantTimeS: number): number {
    if (this.#active.size === 0) return trueValue;
    const shown = this.#distorted(channel, trueValue, plantTimeS);
    for (const { fault, touched } of this.#active.values()) {
      if (fault.channel === channel) touched.note(trueValue, shown);
    }
    return shown;
  }

  /** Ends a fault; undefined for an id that is none. */
  end(id: string, endS: number): InstrumentFaultReceipt | undefined {
    const active = this.#active.get(id);
    this.#active.delete(id);
    return active?.touched.receipt(active.beginS, endS);
  }

  #distorted(channel: LoopName, trueValue: number, plantTimeS: number): number {
    let shown = trueValue;
    for (const active of this.#active.values()) {
      if (active.fault.channel === channel) shown = distort(active, shown, plantTimeS);
    }
    return shown;
  }
}

function distort({ fault, beginS, shownAtBegin }: Active, value: number, plantTimeS: number): number {
  switch (fault.inject) {
    case "drift":
      return value + (fault.ratePerHour * (plantTimeS - beginS)) / SECONDS_PER_HOUR;
    case "frozen-value":
      return shownAtBegin;
    case "spike":
      return value + fault.height;
  }
}
