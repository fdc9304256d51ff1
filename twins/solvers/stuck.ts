/** Why no step is small enough: the equations give no number there, or what they give changes too fast. */
import type { Outcome } from "./outcome.ts";
import type { TwinFunctions } from "./twin-functions.ts";

export interface Stuck {
  readonly time: number;
  /** That would have been tried next. */
  readonly step: number;
  readonly state: Float64Array;
  readonly parameters: ArrayLike<number>;
  readonly inputs: ArrayLike<number>;
}

/** A refused step shrinks to no less than its fifth (`shrink` of dp5.ts and rodas4.ts). */
const LAST_OVER_NEXT = 5;

export function stuck(
  { model, rates }: TwinFunctions,
  { time, step, state, parameters, inputs }: Stuck,
): NonNullable<Outcome["failure"]> {
  const notFinite = (detail: string) => ({ reason: "non-finite-state" as const, detail });
  const rate = new Float64Array(state.length);
  const badRate = (at: number, y: Float64Array) => {
    rates(at, y, parameters, inputs, rate);
    const bad = firstBad(rate);
    return bad < 0 ? undefined : `d${model.states[bad]?.name}/dt is ${rate[bad]}`;
  };
  const badInput = firstBad(inputs);
  if (badInput >= 0) return notFinite(`${model.inputs[badInput]?.name} is ${inputs[badInput]} at ${time}`);
  const badState = firstBad(state);
  if (badState >= 0) return notFinite(`${model.states[badState]?.name} is ${state[badState]} at ${time}`);
  const here = badRate(time, state);
  if (here !== undefined) return notFinite(`${here} at ${time}`);
  // A root of what falls below 0 is a number still, and none wherever a step leads.
  const tried = LAST_OVER_NEXT * step;
  const ahead = state.map((value, i) => value + tried * (rate[i] as number));
  const after = badRate(time + tried, ahead);
  if (after !== undefined) return notFinite(`${after} right after ${time}`);
  return { reason: "step-too-small", detail: `step ${step} at ${time}` };
}

function firstBad(values: ArrayLike<number>): number {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) return i;
  return -1;
}
