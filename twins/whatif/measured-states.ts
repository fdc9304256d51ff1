/** States that a sensor shows directly: its formula is a line through one state and nothing else. */
import { compileTerms } from "../compile/observer.ts";
import type { Sensor, Term, TwinModel } from "../language/model.ts";

export interface MeasuredState {
  readonly sensor: Sensor;
  readonly state: string;
  /** The state's value at the sensor's. */
  stateFrom(reading: number): number;
}

export function measuredStates(model: TwinModel): MeasuredState[] {
  return model.sensors.flatMap((sensor): MeasuredState[] => {
    const names = namesIn(sensor.value);
    const [state] = names;
    const place = model.states.findIndex(({ name }) => name === state);
    if (names.size !== 1 || place < 0) return [];
    const evaluate = compileTerms(model, [sensor.value]);
    const at = (value: number): number => {
      const y = new Float64Array(model.states.length);
      y[place] = value;
      const into = new Float64Array(1);
      evaluate(0, y, [], [], into);
      return into[0] as number;
    };
    const [offset, slope] = [at(0), at(1) - at(0)];
    const isLine = slope !== 0 && Math.abs(at(2) - at(0) - 2 * slope) <= 1e-12 * Math.abs(slope);
    return isLine && state !== undefined
      ? [{ sensor, state, stateFrom: (reading) => (reading - offset) / slope }]
      : [];
  });
}

function namesIn(term: Term): Set<string> {
  if (term.kind === "name") return new Set([term.name]);
  return new Set(term.kind === "apply" ? term.operands.flatMap((operand) => [...namesIn(operand)]) : []);
}
