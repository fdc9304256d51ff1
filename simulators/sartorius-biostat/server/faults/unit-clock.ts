/** What the unit's clock shows and stamps its samples with, wrong ones included. */
import type { FaultList } from "../../device/faults/fault-list.ts";

export class UnitClock {
  readonly #faults: FaultList;

  constructor(faults: FaultList) {
    this.#faults = faults;
  }

  /** s of plant time as the unit believes it to be. */
  time(plantTimeS: number): number {
    return this.#faults.onWire.reduce((time, fault) => fault.clock?.(time) ?? time, plantTimeS);
  }

  /** Source time of the process values that are given out now; the faults take note. */
  stampSample(plantTimeS: number): number {
    let stamp = this.time(plantTimeS);
    for (const fault of this.#faults.onWire) stamp = fault.stamp?.(stamp) ?? stamp;
    for (const fault of this.#faults.onWire) {
      if (fault.clock ?? fault.stamp) fault.touched.note(plantTimeS, stamp);
    }
    return stamp;
  }
}
