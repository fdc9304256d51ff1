/**
 * Plant time as the rig grants it: up to a given instant, at most so many plant seconds per real
 * second. Wall time decides only when a step is taken, never how large it is.
 */
import type { Cancellable, Clock } from "@helix/hal";

/** Between two looks at the clock, at least; longer where the next step is due later. */
const TICK_MS = 5;
/** Stepping pauses after this long, so that the protocol is answered in between. */
const BUSY_NS = 8_000_000n;
/** Plant time that this much real time would have given is caught up; more is forgotten. */
const CATCH_UP_S = 0.25;
const REPORT_NS = 20_000_000n;

export interface Steppable {
  readonly plantTimeS: number;
  /** When something next leaves the plant, s; where given, steps are taken no sooner unless asked for. */
  readonly nextDueS?: () => number;
  /** Advances by one second of plant time. */
  step(): void;
}

export interface PlantClockEvents {
  /** While time advances, at most every 20 ms; and when the grant is used up. */
  readonly time: (plantTimeS: number, reached: boolean) => void;
  /** A step threw; plant time stands still from here on. */
  readonly failed: (error: unknown) => void;
}

export class PlantClock {
  readonly #clock: Clock;
  readonly #plant: Steppable;
  readonly #events: PlantClockEvents;
  #untilS: number;
  #speed = 1;
  #anchorNs = 0n;
  #anchorS = 0;
  #reportedNs = 0n;
  #timer: Cancellable | undefined;

  constructor(clock: Clock, plant: Steppable, events: PlantClockEvents) {
    this.#clock = clock;
    this.#plant = plant;
    this.#events = events;
    this.#untilS = plant.plantTimeS;
  }

  /**
   * Replaces the grant. A time between two seconds means the later one; a time that has passed is
   * reached at once.
   *
   * @throws RangeError unless `untilS` is finite and `speed` above 0 (it may be infinite)
   */
  advance(untilS: number, speed: number): void {
    if (!Number.isFinite(untilS) || !(speed > 0)) {
      throw new RangeError(`cannot advance until ${untilS} s at speed ${speed}`);
    }
    this.#untilS = Math.ceil(untilS);
    this.#speed = speed;
    this.#anchor();
    this.#timer?.cancel();
    this.#tick();
  }

  /** Where the plant stands once the steps that are due now are taken, s. */
  get dueS(): number {
    const { plantTimeS } = this.#plant;
    return this.#timer === undefined
      ? plantTimeS
      : Math.max(plantTimeS, Math.floor(Math.min(this.#untilS, this.#grantedS)));
  }

  /** Takes the steps that are due now, for somebody who looks at the plant or acts on it. */
  catchUp(): void {
    if (this.#timer === undefined) return;
    this.#timer.cancel();
    this.#tick();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#untilS = this.#plant.plantTimeS;
  }

  #anchor(): void {
    this.#anchorNs = this.#clock.monotonicNs();
    this.#anchorS = this.#plant.plantTimeS;
  }

  /** What the grant allows by now, s. */
  get #grantedS(): number {
    return this.#anchorS + (Number(this.#clock.monotonicNs() - this.#anchorNs) / 1e9) * this.#speed;
  }

  #tick(): void {
    this.#timer = undefined;
    const begin = this.#clock.monotonicNs();
    const dueS = this.#grantedS;
    try {
      this.#stepUntil(Math.min(this.#untilS, dueS), begin);
    } catch (error) {
      this.stop();
      this.#events.failed(error);
      return;
    }
    if (this.#plant.plantTimeS >= this.#untilS) {
      this.#events.time(this.#plant.plantTimeS, true);
      return;
    }
    if (dueS - this.#plant.plantTimeS > Math.max(1, CATCH_UP_S * this.#speed)) this.#anchor();
    if (this.#plant.nextDueS === undefined && begin - this.#reportedNs >= REPORT_NS) {
      this.#reportedNs = begin;
      this.#events.time(this.#plant.plantTimeS, false);
    }
    this.#timer = this.#clock.timer(this.#msToNextStep(), () => this.#tick());
  }

  #msToNextStep(): number {
    const { plantTimeS, nextDueS } = this.#plant;
    const nextS = nextDueS === undefined ? plantTimeS + 1 : Math.min(this.#untilS, nextDueS());
    const elapsedS = (nextS - this.#anchorS) / this.#speed;
    const dueNs = this.#anchorNs + BigInt(Math.ceil(elapsedS * 1e9));
    return Math.max(TICK_MS, Number(dueNs - this.#clock.monotonicNs()) / 1e6);
  }

  #stepUntil(limitS: number, begin: bigint): void {
    while (this.#plant.plantTimeS + 1 <= limitS && this.#mayGoOn(begin)) {
      this.#plant.step();
    }
  }

  #mayGoOn(begin: bigint): boolean {
    return this.#plant.nextDueS !== undefined || this.#clock.monotonicNs() - begin < BUSY_NS;
  }
}
