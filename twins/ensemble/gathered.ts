/** What an ensemble gathers in bounded memory: bands of every strategy, and differences between strategies. */

import type { PreparedPlan } from "./plan.ts";
import { strategiesOf } from "./plan.ts";
import { QuantileSketch, type SketchEntries } from "./quantile-sketch.ts";

export type GatheredEntries = readonly SketchEntries[];

export class Gathered {
  readonly #perRun: number;
  readonly #measures: number;
  readonly #strategies: number;
  /** Strategy after strategy, each output after output, each state after state. */
  readonly #bands: QuantileSketch[];
  /** Strategy after strategy, each measure after measure. */
  readonly #ends: QuantileSketch[];
  /** Of strategy s against the first, measure m: (s - 1) * measures + m. */
  readonly #differences: QuantileSketch[];

  constructor({ plan, model }: PreparedPlan) {
    const make = (length: number) => Array.from({ length }, () => new QuantileSketch());
    this.#strategies = strategiesOf(plan).length;
    this.#perRun = plan.keepBands === false ? 0 : plan.outputs.length * model.states.length;
    this.#measures = plan.measures?.length ?? 0;
    this.#bands = make(this.#strategies * this.#perRun);
    this.#ends = make(this.#strategies * this.#measures);
    this.#differences = make((this.#strategies - 1) * this.#measures);
  }

  /** NaN is left out: outputs that an event cut off. */
  addRun(strategy: number, states: Float64Array): void {
    const first = strategy * this.#perRun;
    for (let i = 0; i < this.#perRun; i++) {
      const value = states[i] as number;
      if (!Number.isNaN(value)) this.#bands[first + i]?.add(value);
    }
  }

  /** Measures of draw after draw, strategy after strategy. A pair counts where both runs came to their end. */
  addMeasures(measured: Float64Array): void {
    const perDraw = this.#ends.length;
    for (let first = 0; first < measured.length; first += perDraw)
      for (let i = 0; i < perDraw; i++) {
        const value = measured[first + i] as number;
        if (!Number.isNaN(value)) this.#ends[i]?.add(value);
        if (i < this.#measures) continue;
        const difference = value - (measured[first + (i % this.#measures)] as number);
        if (!Number.isNaN(difference)) this.#differences[i - this.#measures]?.add(difference);
      }
  }

  band(strategy: number, place: number): QuantileSketch {
    return this.#bands[strategy * this.#perRun + place] as QuantileSketch;
  }

  measure(strategy: number, measure: number): QuantileSketch {
    return this.#ends[strategy * this.#measures + measure] as QuantileSketch;
  }

  difference(strategy: number, measure: number): QuantileSketch {
    return this.#differences[(strategy - 1) * this.#measures + measure] as QuantileSketch;
  }

  entries(): GatheredEntries {
    return [...this.#bands, ...this.#ends, ...this.#differences].map((sketch) => sketch.entries());
  }

  merge(entries: GatheredEntries): void {
    const all = [...this.#bands, ...this.#ends, ...this.#differences];
    entries.forEach((part, i) => all[i]?.merge(part));
  }
}
