/**
 * The plant of a run: one or more simulators that keep the same plant time.
 */
import type { Plant } from "./plant.ts";

/** What the plant needs of a simulator. */
export interface TimedSimulator {
  advance(untilS: number, speed: number): void;
}

export class SimulatedPlant implements Plant {
  readonly #simulators = new Map<string, TimedSimulator>();
  readonly #timeS = new Map<string, number>();
  /** Where each simulator stands still. */
  readonly #standsAtS = new Map<string, number>();
  readonly #waiting = new Set<{ untilS: number; resolve: () => void; reject: (error: Error) => void }>();
  readonly #listeners = new Set<(timeS: number) => void>();
  #failure: Error | undefined;

  add(instrument: string, simulator: TimedSimulator, beginS: number): void {
    this.#simulators.set(instrument, simulator);
    this.#timeS.set(instrument, beginS);
    this.#standsAtS.set(instrument, beginS);
  }

  get timeS(): number {
    return Math.min(...this.#timeS.values());
  }

  advance(untilS: number, speed: number): void {
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
