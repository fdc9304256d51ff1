/**
 * Which method suits a model: its stiffness at the start and along a first, coarse run.
 *
 * An explicit method must keep h |lambda| below about 3.3 (the stability bound of Dormand-Prince on the
 * negative real axis) whatever the accuracy asked. The bound on |lambda| is that of Gershgorin for the
 * exact Jacobian, with states scaled by their size so that units do not matter.
 */

import { gradients } from "../compile/derivative.ts";
import { rightHandSide } from "../compile/from-terms.ts";
import type { NodeId } from "../compile/graph.ts";
import { compileToJavaScript } from "../compile/javascript.ts";
import { compileNodes } from "../compile/observer.ts";
import { buildProgram } from "../compile/program.ts";
import type { TwinModel } from "../language/model.ts";
import { DP5 } from "./dp5.ts";
import { RODAS4 } from "./rodas4.ts";
import { segmentsOf } from "./schedule.ts";
import type { Method, MethodName } from "./step.ts";
import { runTrajectories, solverOptions } from "./trajectories.ts";

export interface Choice {
  readonly method: Method;
  /** One sentence for people. */
  readonly reason: string;
}

const STABILITY_BOUND = 3.3;
/** Rodas4 attempts cost about as much as this many of Dormand-Prince; measured on the CHO models. */
const COST_RATIO = 2.5;
const SAMPLES = 40;

export const METHODS: Readonly<Record<MethodName, Method>> = { dp5: DP5, rodas4: RODAS4 };

/** Looks at one nominal trajectory. The same model always gives the same choice. */
export function chooseMethod(model: TwinModel, end = model.time.end): Choice {
  const { rates, stiffSteps, failure } = probe(model, end);
  const largest = Math.max(...rates);
  const explicit = (largest * end) / STABILITY_BOUND;
  const shown = `the fastest rate is ${largest.toPrecision(2)} per ${model.time.unit}`;
  if (failure !== undefined) {
    return {
      method: RODAS4,
      reason: `Rodas4: the first run stopped (${failure}), and the implicit method is the safer one`,
    };
  }
  const stable = mean(rates) * (end / STABILITY_BOUND);
  if (stable > COST_RATIO * stiffSteps) {
    const times = (stable / stiffSteps).toPrecision(2);
    return {
      method: RODAS4,
      reason: `Rodas4: the model is stiff, ${shown}, and an explicit method would need about ${times} times its steps`,
    };
  }
  const steps = Math.ceil(explicit);
  return {
    method: DP5,
    reason: `Dormand-Prince 5(4): the model is not stiff, ${shown}, and stability asks for no more than ${steps} steps`,
  };
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

interface Probe {
  /** Spectral bounds at times spread evenly over the run. */
  readonly rates: readonly number[];
  /** Steps that accuracy alone asks for. */
  readonly stiffSteps: number;
  readonly failure: string | undefined;
}

function probe(model: TwinModel, end: number): Probe {
  const states = model.states.length;
  const jacobian = compileNodes(model, (graph, environment) => jacobianNodes(graph, model, environment));
  const kernel = compileToJavaScript(buildProgram(model, RODAS4));
  const outputs = Float64Array.from({ length: SAMPLES }, (_, i) => (end * (i + 0.5)) / SAMPLES);
  const segments = segmentsOf(model, end);
  const parameters = Float64Array.from(model.parameters, (p) => p.value);
  const into = new Float64Array(states * states);
  const rates: number[] = [];
  const largestState = new Float64Array(states);
  const points: Float64Array[] = [];
  const result = { steps: 0, failure: undefined as string | undefined };
  const load = (_: number, p: Float64Array) => {
    p.set(parameters);
    return segments;
  };
  runTrajectories(kernel, { count: 1, load }, solverOptions(end, { rtol: 1e-6, outputs, maxSteps: 20_000 }), {
    sample: (_, __, y) => {
      points.push(y.slice());
      y.forEach((value, i) => {
        largestState[i] = Math.max(largestState[i] as number, Math.abs(value));
      });
    },
    finished: ({ steps, rejects, failure }) => {
      result.steps = steps + rejects;
      result.failure = failure?.reason;
    },
  });
  points.forEach((y, k) => {
    const inputs = inputsAt(segments, outputs[k] as number, model.inputs.length);
    jacobian(outputs[k] as number, y, parameters, inputs, into);
    rates.push(spectralBound(into, largestState));
  });
  return { rates: rates.length > 0 ? rates : [0], stiffSteps: result.steps, failure: result.failure };
}

function jacobianNodes(
  graph: Parameters<typeof rightHandSide>[0],
  model: TwinModel,
  environment: ReadonlyMap<string, NodeId>,
): NodeId[] {
  const y = model.states.map((state) => environment.get(state.name) as NodeId);
  const rows = gradients(graph, rightHandSide(graph, model, environment, "divide"), y);
  return rows.flatMap((row) => y.map((_, j) => row.get(j) ?? graph.constant(0)));
}

/**
 * Bound on |lambda|: the lesser of the largest row sum and the largest column sum of |J_ij| s_j / s_i,
 * s being the size of each state; states that stay 0 are left out.
 */
function spectralBound(jacobian: Float64Array, size: Float64Array): number {
  const n = size.length;
  const [rows, columns] = [new Float64Array(n), new Float64Array(n)];
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      if (size[i] === 0 || size[j] === 0) continue;
      const entry = Math.abs(jacobian[i * n + j] as number) * ((size[j] as number) / (size[i] as number));
      rows[i] = (rows[i] as number) + entry;
      columns[j] = (columns[j] as number) + entry;
    }
  }
  return Math.min(Math.max(...rows), Math.max(...columns));
}

function inputsAt(segments: ReturnType<typeof segmentsOf>, time: number, count: number): Float64Array {
  const segment = segments.times.findLastIndex((start) => start <= time);
  return segments.values.slice(segment * count, (segment + 1) * count);
}
