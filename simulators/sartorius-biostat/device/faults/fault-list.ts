/** The faults in force on the unit, in the order in which they came. */
import type { InstrumentFault, InstrumentFaultReceipt } from "../../../instrument-fault.ts";
import type { Actuators, Bioreactor } from "../../plant/bioreactor.ts";
import type { ControlledChannel } from "../channels.ts";
import type { Reading } from "../sensors.ts";
import type { Answer } from "../status.ts";
import type { Disturbance, FaultSite, SignalContext, WireDisturbance } from "./disturbance.ts";
import { disturbanceOf } from "./disturbance-of.ts";

interface ActiveFault {
  readonly beginS: number;
  readonly disturbance: Disturbance;
}

export type ActiveWireFault = WireDisturbance & { readonly touched: Disturbance["touched"] };

export class FaultList {
  readonly #active = new Map<string, ActiveFault>();
  /** Called when a fault has come or gone. */
  onChange: () => void = () => {};

  get ids(): readonly string[] {
    return [...this.#active.keys()];
  }

  /** @throws RangeError for a channel that cannot have it, or an id that is in use */
  inject(id: string, fault: InstrumentFault, site: FaultSite): void {
    if (this.#active.has(id)) throw new RangeError(`fault "${id}" is active already`);
    this.#active.set(id, { beginS: site.plantTimeS, disturbance: disturbanceOf(fault, site) });
    this.onChange();
  }

  /** @throws RangeError for an id that is not active */
  clear(id: string, plantTimeS: number): InstrumentFaultReceipt {
    const active = this.#active.get(id);
    if (!active) throw new RangeError(`fault "${id}" is not active`);
    this.#active.delete(id);
    this.onChange();
    return active.disturbance.touched.receipt(active.beginS, plantTimeS);
  }

  distort(channel: string, value: number, at: SignalContext): number {
    let distorted = value;
    for (const { signal } of this.#disturbances) {
      if (signal?.channel === channel) distorted = signal.distort(distorted, at);
    }
    return distorted;
  }

  affects(channel: string): boolean {
    return this.#disturbances.some(({ signal }) => signal?.channel === channel);
  }

  /** Notes a reading that was given out: without any fault, and as it was. */
  noteReading(channel: string, before: number, after: number): void {
    for (const { signal, touched } of this.#disturbances) {
      if (signal?.channel === channel) touched.note(before, after);
    }
  }

  show(reading: Reading): Reading {
    return this.#disturbances.reduce((shown, fault) => fault.show?.(shown) ?? shown, reading);
  }

  /** What a fault answers in place of the unit. */
  command(channel: ControlledChannel, value: number): Answer | undefined {
    for (const fault of this.#disturbances) {
      const answer = fault.command?.(channel, value);
      if (answer !== undefined) return answer;
    }
    return undefined;
  }

  drive(actuators: Actuators, plant: Bioreactor): void {
    for (const fault of this.#disturbances) fault.drive?.(actuators, plant);
  }

  stepped(): void {
    for (const fault of this.#disturbances) fault.stepped?.();
  }

  /** What the server has to do. */
  get onWire(): readonly ActiveWireFault[] {
    return this.#disturbances.flatMap(({ wire, touched }) => (wire ? [{ ...wire, touched }] : []));
  }

  get #disturbances(): readonly Disturbance[] {
    return [...this.#active.values()].map(({ disturbance }) => disturbance);
  }
}
