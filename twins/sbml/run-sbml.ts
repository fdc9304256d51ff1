/** An SBML model through time: its equations with the engine's methods, its events in SBML's order. */
import { compileTerms, type Evaluator } from "../compile/observer.ts";
import { uniformAt } from "../ensemble/counter-random.ts";
import { DP5 } from "../solvers/dp5.ts";
import { RODAS4 } from "../solvers/rodas4.ts";
import { SimulationError } from "../solvers/simulation.ts";
import type { Method, MethodName } from "../solvers/step.ts";
import { Continuous, type Tolerance } from "./continuous.ts";
import { type EventHost, EventQueue, type EventValues } from "./event-queue.ts";
import { ZERO } from "./term.ts";
import type { SbmlModel } from "./twin-of.ts";

export interface SbmlCourse {
  /** Per time the outputs of the model, in their order. */
  readonly rows: readonly Float64Array[];
  readonly events: readonly { readonly id: string; readonly time: number }[];
  readonly method: MethodName;
  readonly steps: number;
}

const DEFAULT_TOLERANCE: Tolerance = { rtol: 1e-9, atol: 1e-14 };
const MOST_STOPS = 1_000_000;

/**
 * The outputs at `times` (ascending, from 0), each after the events at that time. Dormand-Prince first; a model
 * that wants more steps than that method should take is run with Rodas4.
 * @throws SimulationError, EventError
 */
export function runSbml(
  model: SbmlModel,
  times: readonly number[],
  options: { readonly tolerance?: Tolerance; readonly method?: Method; readonly seed?: number } = {},
): SbmlCourse {
  const { tolerance = DEFAULT_TOLERANCE, method, seed = 1 } = options;
  if (method) return runWith(model, times, tolerance, method, seed);
  try {
    return runWith(model, times, tolerance, DP5, seed);
  } catch (error) {
    if (!(error instanceof SimulationError)) throw error;
    return runWith(model, times, tolerance, RODAS4, seed);
  }
}

function runWith(
  model: SbmlModel,
  times: readonly number[],
  tolerance: Tolerance,
  method: Method,
  seed: number,
): SbmlCourse {
  const flow = new Continuous(model, method, tolerance, times.at(-1) ?? 0);
  const outputs = compileTerms(model.twin, model.outputs);
  const queue = new EventQueue(model.events, chance(seed));
  const host = hostOf(model, flow);
  const events: { id: string; time: number }[] = [];
  const happen = (): void => {
    const happened = queue.happen(flow.time, host);
    if (happened.length > 0) flow.jumped();
    events.push(...happened.map((i) => ({ id: model.events[i]?.id ?? "", time: flow.time })));
  };
  happen();
  let stops = 0;
  const rows = times.map((time) => {
    while (flow.time < time) {
      flow.advance(Math.min(time, queue.nextDue));
      happen();
      if (++stops > MOST_STOPS)
        throw new SimulationError(
          "too-many-events",
          `${model.twin.name}: ${MOST_STOPS} stops by ${flow.time}`,
        );
    }
    const row = new Float64Array(model.outputs.length);
    outputs(flow.time, flow.state, flow.parameters, [], row);
    return row;
  });
  return { rows, events, method: method.name, steps: flow.steps };
}

/** Between events that SBML leaves to chance: the same seed gives the same run. */
function chance(seed: number): () => number {
  let drawn = 0;
  return () => uniformAt(seed, drawn++, 0);
}

function hostOf(model: SbmlModel, flow: Continuous): EventHost {
  const { events, twin } = model;
  const index = new Map(twin.states.map((each, i) => [each.name, i]));
  const read = evaluatorOf(
    model,
    events.flatMap((e) => [
      e.trigger,
      e.delay ?? ZERO,
      e.priority ?? ZERO,
      ...e.assignments.map((a) => a.value),
    ]),
  );
  const factors = events.map((e) =>
    evaluatorOf(
      model,
      e.assignments.map((a) => a.factor),
    ),
  );
  return {
    evaluate() {
      const all = read(flow);
      let at = 0;
      return events.map((event): EventValues => {
        const [trigger, delay, priority] = [all[at], all[at + 1], all[at + 2]] as [number, number, number];
        const from = at + 3;
        at = from + event.assignments.length;
        return {
          trigger: trigger > 0.5,
          delay,
          priority: event.priority ? priority : Number.NaN,
          assignments: Array.from(all.subarray(from, at)),
        };
      });
    },
    assign(event, values) {
      const { assignments } = events[event] as (typeof events)[number];
      const factor = (factors[event] as (typeof factors)[number])(flow);
      assignments.forEach((a, i) => {
        flow.state[index.get(a.state) as number] = (values[i] as number) * (factor[i] as number);
      });
    },
  };
}

function evaluatorOf(model: SbmlModel, terms: Parameters<typeof compileTerms>[1]) {
  let compiled: Evaluator | undefined;
  const values = new Float64Array(terms.length);
  return (flow: Continuous): Float64Array => {
    compiled ??= compileTerms(model.twin, terms);
    compiled(flow.time, flow.state, flow.parameters, [], values);
    return values;
  };
}
