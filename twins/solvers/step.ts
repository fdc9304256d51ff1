/** What a method contributes to the compiled loop: one attempted step as graph nodes. */
import type { Environment } from "../compile/from-terms.ts";
import type { Graph, NodeId } from "../compile/graph.ts";
import type { TwinModel } from "../language/model.ts";

export interface StepInputs {
  readonly graph: Graph;
  readonly model: TwinModel;
  /** Parameters and inputs; time and states are added per stage. */
  readonly environment: Environment;
  readonly t: NodeId;
  readonly h: NodeId;
  readonly y: readonly NodeId[];
  /** dy/dt at (t, y), carried from the step before; only for methods with `carriesSlope`. */
  readonly slope: readonly NodeId[];
}

export interface StepNodes {
  readonly next: readonly NodeId[];
  readonly errors: readonly NodeId[];
  /** dy/dt at the end of the step, or empty. */
  readonly slopeAtEnd: readonly NodeId[];
  /** Per state the coefficients of the continuous extension, see dense-step.ts. */
  readonly dense: readonly (readonly NodeId[])[];
}

export type MethodName = "dp5" | "rodas4";

export interface Method {
  readonly name: MethodName;
  readonly title: string;
  readonly order: number;
  readonly carriesSlope: boolean;
  /** 4 or 5; see dense-step.ts. */
  readonly denseCount: 4 | 5;
  /** Step-size control: h grows by safety e^-i e_before^p, with e the square of the error norm; see control.ts. */
  readonly control: {
    readonly safety: number;
    readonly integral: number;
    readonly proportional: number;
    /** Growth is also bounded by what the last two accepted steps foretell. */
    readonly predictive: boolean;
    readonly grow: number;
    readonly shrink: number;
  };
  readonly build: (inputs: StepInputs) => StepNodes;
}

/** environment + time + states */
export function at(inputs: StepInputs, t: NodeId, y: readonly NodeId[]): Environment {
  const environment = new Map(inputs.environment);
  environment.set(inputs.model.time.name, t);
  inputs.model.states.forEach((state, i) => environment.set(state.name, y[i] as NodeId));
  return environment;
}

/** sum of weight * vector[i] over the pairs with a weight other than 0 */
export function weighted(
  graph: Graph,
  weights: readonly number[],
  vectors: readonly (readonly NodeId[])[],
  i: number,
): NodeId {
  return combination(
    graph,
    weights.map((weight) => graph.constant(weight)),
    vectors,
    i,
  );
}

/** The same with weights that are nodes. */
export function combination(
  graph: Graph,
  weights: readonly NodeId[],
  vectors: readonly (readonly NodeId[])[],
  i: number,
): NodeId {
  return graph.sum(weights.map((weight, j) => graph.multiply(weight, vectors[j]?.[i] as NodeId)));
}
