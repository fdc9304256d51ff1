/**
 * The plant of a run: one or more simulators that keep the same plant time.
 */
import type { Plant } from "./plant.ts";

/** What the plant needs of a simulator. */
export interface TimedSimulator {
  advance(untilS: number, speed: number): void;
}

/** Between the reports of its simulators, plant time follows this clock: for a rig where nothing is ever late. */
export interface PlantTiming {
  readonly monotonicNs: () => bigint;
}

export class SimulatedPlant implements Plant {
  readonly #timing: PlantTiming | undefined;
  /** The grant in force, and when it was given. */
  #grant: { readonly atNs: bigint; readonly fromS: number; readonly untilS: number } | undefined;
  readonly #simulators = new Map<string, TimedSimulator>();
  readonly #timeS = new Map<string, number>();
  /** The least of them; undefined when it must be looked for again. */
  #toldS: number | undefined;
  /** Where each simulator stands still. */
  readonly #standsAtS = new Map<string, number>();
  readonly #waiting = new Set<{ untilS: number; resolve: () => void; reject: (error: Error) => void }>();
  readonly #listeners = new Set<(timeS: number) => void>();
  #failure: Error | undefined;

  constructor(timing?: PlantTiming) {
    this.#timing = timing;
  }

  add(instrument: string, simulator: TimedSimulator, beginS: number): void {
    this.#simulators.set(instrument, simulator);
    this.#timeS.set(instrument, beginS);
    this.#toldS = undefined;
    this.#standsAtS.set(instrument, beginS);
  }

  get timeS(): number {
    this.#toldS ??= Math.min(...this.#timeS.values());
    const toldS = this.#toldS;
    if (this.#timing === undefined || this.#grant === undefined) return toldS;
    const { atNs, fromS, untilS } = this.#grant;
    const passedS = Number((this.#timing.monotonicNs() - atNs) / 1_000_000_000n);
    return Math.max(toldS, Math.min(untilS, fromS + passedS));
  }

  advance(untilS: number, speed: number): void {
    if (this.#timing !== undefined) {
      // Simulators hear of it in this same instant, and at speed 1 keep step with the clock.
      if (speed !== 1) throw new RangeError(`a plant that follows a clock cannot run at speed ${speed}`);
      this.#grant = { atNs: this.#timing.monotonicNs(), fromS: this.timeS, untilS };
    }
    for (const [instrument, simulator] of this.#simulators) {
      if (this.#standsAtS.get(instrument) === untilS) continue;
      this.#standsAtS.delete(instrument);
      simulator.advance(untilS, speed);
    }
  }

  reached(untilS: number): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#failure) return reject(this.#failure);
      if (this.#allStandAt(untilS)) return resolve();
      this.#waiting.add({ untilS, resolve, reject });
    });
  }

  /** Calls back at each report of the time. */
  onTime(listener: (timeS: number) => void): void {
    this.#listeners.add(listener);
  }

  /** A simulator's report. */
  report(instrument: string, timeS: number, reached: boolean): void {
    this.#timeS.set(instrument, timeS);
    this.#toldS = undefined;
    if (reached) this.#standsAtS.set(instrument, timeS);
    for (const listener of this.#listeners) listener(this.timeS);
    for (const one of this.#waiting) {
      if (!this.#allStandAt(one.untilS)) continue;
      this.#waiting.delete(one);
      one.resolve();
    }
  }

  /** Nothing will be reached any more. */
  fail(error: Error): void {
    this.#failure ??= error;
    for (const one of this.#waiting) one.reject(error);
    this.#waiting.clear();
  }

  #allStandAt(untilS: number): boolean {
    return [...this.#simulators.keys()].every((key) => this.#standsAtS.get(key) === untilS);
  }
}
