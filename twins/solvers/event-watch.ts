/** Keeps, for one lane, on which side of its threshold every event stands, and passes those that are crossed. */
import type { Kernel } from "../compile/kernel.ts";
import type { DenseStep } from "./dense-step.ts";
import { findCrossing } from "./event-root.ts";
import type { TwinFunctions } from "./twin-functions.ts";

export interface Passed {
  readonly time: number;
  /** Names of the events that happened; empty when something only came back. */
  readonly fired: readonly string[];
  readonly stops: boolean;
}

export class EventWatch {
  readonly #memory: Float64Array;
  readonly #sideAt: Int32Array;
  readonly #sides: Float64Array;
  readonly #functions: TwinFunctions;
  readonly #dense: DenseStep;

  constructor(kernel: Kernel, lane: number, functions: TwinFunctions, dense: DenseStep) {
    const { layout, model } = kernel.program;
    this.#memory = kernel.memory;
    this.#sideAt = Int32Array.from(model.events, (_, i) => layout.slot(`side:${i}`) * kernel.lanes + lane);
    this.#sides = new Float64Array(model.events.length);
    this.#functions = functions;
    this.#dense = dense;
  }

  /** Watches from this point on; events in `crossed` have just been passed. */
  from(
    time: number,
    state: Float64Array,
    parameters: Float64Array,
    inputs: Float64Array,
    crossed: readonly number[] = [],
  ): void {
    if (this.#sides.length === 0) return;
    const values = new Float64Array(this.#sides.length);
    this.#functions.watched(time, state, parameters, inputs, values);
    for (let i = 0; i < values.length; i++) {
      const value = values[i] as number;
      const before = this.#sides[i] as number;
      const onThreshold = crossed.includes(i) ? -before : -(this.#functions.model.events[i]?.direction ?? 1);
      this.#sides[i] = value > 0 ? 1 : value < 0 ? -1 : onThreshold;
      this.#memory[this.#sideAt[i] as number] = this.#sides[i] as number;
    }
  }

  /** Nothing is watched. */
  off(): void {
    for (const at of this.#sideAt) this.#memory[at] = 0;
  }

  /**
   * Finds the first crossing in the step just taken, leaves the state there in `state`, and does the actions.
   * `before` is called with the time of the crossing while the step is still as it was taken.
   */
  pass(
    state: Float64Array,
    parameters: Float64Array,
    inputs: Float64Array,
    before: (time: number) => void,
  ): Passed {
    const { model, actions } = this.#functions;
    const { time, passed, fired } = findCrossing(
      this.#functions,
      this.#dense,
      this.#sides,
      parameters,
      inputs,
    );
    before(time);
    this.#dense.stateAt(time, state);
    for (const i of fired) {
      const action = actions[i];
      if (!action) continue;
      const set = new Float64Array(action.targets.length);
      action.evaluate(time, state, parameters, inputs, set);
      action.targets.forEach((target, k) => {
        state[target] = set[k] as number;
      });
    }
    this.from(time, state, parameters, inputs, passed);
    const events = fired.map((i) => model.events[i]);
    return { time, fired: events.map((e) => e?.name ?? ""), stops: events.some((e) => e?.stops === true) };
  }
}
