/** Numbers that a run is judged by: a state, sensor or algebraic quantity at the end, or its extremes along the run. */
import { compileTerms } from "../compile/observer.ts";
import type { Term, TwinModel } from "../language/model.ts";
import { nearest } from "../language/nearest.ts";
import type { Segments } from "../solvers/schedule.ts";

export interface Measure {
  /** Of a state, sensor or algebraic line. */
  readonly quantity: string;
  /** Extremes are over the output times and the end. */
  readonly over: "end" | "largest" | "smallest";
}

export interface Measurable {
  readonly name: string;
  readonly unit: string;
  readonly text: string;
  readonly term: Term;
}

/** A quantity that the model does not have. */
export class MeasureError extends Error {
  override readonly name = "MeasureError";
}

/** What can be measured: states, then sensors (without noise), then algebraic lines. */
export function measurables(model: TwinModel): Measurable[] {
  const named = (list: readonly { name: string; unit: string; text: string }[]) =>
    list.map(({ name, unit, text }): Measurable => ({ name, unit, text, term: { kind: "name", name } }));
  const sensors = model.sensors.map(({ name, unit, text, value }) => ({ name, unit, text, term: value }));
  const algebra = named(model.algebra).filter(({ name }) => !sensors.some((sensor) => sensor.name === name));
  return [...named(model.states), ...sensors, ...algebra];
}

/** @throws MeasureError */
export function measurable(name: string, model: TwinModel): Measurable {
  const all = measurables(model);
  const found = all.find((one) => one.name === name);
  if (found) return found;
  const guess = nearest(
    name,
    all.map((one) => one.name),
  );
  throw new MeasureError(
    `${model.name} has no state, sensor or algebraic line "${name}"${guess ? `: did you mean ${guess}?` : `; it has ${all.map((one) => one.name).join(", ")}`}`,
  );
}

/** Follows one run and gives its measures: from `first` on in `values`. */
export interface Observer {
  at(
    time: number,
    state: ArrayLike<number>,
    parameters: Float64Array,
    segments: Segments,
    values: Float64Array,
    first: number,
    isEnd: boolean,
  ): void;
}

export function observerOf(model: TwinModel, measures: readonly Measure[]): Observer {
  const evaluate = compileTerms(
    model,
    measures.map(({ quantity }) => measurable(quantity, model).term),
  );
  const now = new Float64Array(measures.length);
  const inputs = new Float64Array(model.inputs.length);
  return {
    at: (time, state, parameters, segments, values, first, isEnd) => {
      const segment = segments.times.findLastIndex((start) => start <= time) * inputs.length;
      for (let u = 0; u < inputs.length; u++) inputs[u] = segments.values[segment + u] as number;
      evaluate(time, state, parameters, inputs, now);
      for (let m = 0; m < measures.length; m++) {
        const over = measures[m]?.over;
        const value = now[m] as number;
        const before = values[first + m] as number;
        if (over === "end") values[first + m] = isEnd ? value : before;
        else if (Number.isNaN(before)) values[first + m] = value;
        else values[first + m] = over === "largest" ? Math.max(before, value) : Math.min(before, value);
      }
    },
  };
}
