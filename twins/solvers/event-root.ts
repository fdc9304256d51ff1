/** Where, inside a step, the first watched value changes sign: bisection on the continuous extension. */
import type { DenseStep } from "./dense-step.ts";
import type { TwinFunctions } from "./twin-functions.ts";

export interface Crossing {
  /** The first instant at which something has crossed. */
  readonly time: number;
  /** Events that crossed, whatever the direction. */
  readonly passed: readonly number[];
  /** Those that crossed in their direction. */
  readonly fired: readonly number[];
}

/** Halvings after which a step of any size is below the resolution of its times. */
const HALVINGS = 60;

/** `sides`: where each event stood at the start of the step (1 above, -1 below, 0 not watched). */
export function findCrossing(
  functions: TwinFunctions,
  step: DenseStep,
  sides: Float64Array,
  parameters: Float64Array,
  inputs: Float64Array,
): Crossing {
  const state = new Float64Array(functions.model.states.length);
  const values = new Float64Array(sides.length);
  const passedAt = (time: number): number[] => {
    step.stateAt(time, state);
    functions.watched(time, state, parameters, inputs, values);
    return [...values.keys()].filter((i) => (sides[i] as number) * (values[i] as number) < 0);
  };
  let [before, after] = [step.start, step.end];
  let passed = passedAt(after);
  for (let i = 0; i < HALVINGS; i++) {
    const middle = before + (after - before) / 2;
    if (middle <= before || middle >= after) break;
    const there = passedAt(middle);
    if (there.length === 0) before = middle;
    else [after, passed] = [middle, there];
  }
  const fired = passed.filter((i) => -(sides[i] as number) === functions.model.events[i]?.direction);
  return { time: after, passed, fired };
}
