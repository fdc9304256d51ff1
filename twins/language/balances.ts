/**
 * Tests the balances of a model: at a state, d(amount)/dt by the chain rule must equal the stated rate.
 * A missing dilution term or a yield on the wrong side shows at any state, not only after a run.
 */
import { gradients } from "../compile/derivative.ts";
import { nodeOf, rightHandSide, withAlgebra } from "../compile/from-terms.ts";
import type { NodeId } from "../compile/graph.ts";
import { compileNodes } from "../compile/observer.ts";
import type { TwinModel } from "./model.ts";

/** A balance holds below this: above rounding, below any term that somebody forgot. */
export const LARGEST_IMBALANCE = 1e-9;

export interface BalanceResult {
  readonly name: string;
  /** Largest difference over the points, relative to the largest term of the balance. */
  readonly worst: number;
}

/** `points`: states at which to test, with the time and the inputs there. */
export function testBalances(
  model: TwinModel,
  points: readonly { readonly t: number; readonly y: Float64Array; readonly inputs: Float64Array }[],
  parameters: Float64Array = Float64Array.from(model.parameters, (p) => p.value),
): BalanceResult[] {
  return model.balances.map((balance) => {
    const evaluate = compileNodes(model, (graph, environment) => {
      const known = withAlgebra(graph, model, environment, "divide");
      const symbols = [...model.states.map((s) => s.name), model.time.name].map(
        (name) => environment.get(name) as NodeId,
      );
      const rates = [...rightHandSide(graph, model, environment, "divide"), graph.constant(1)];
      const [gradient] = gradients(graph, [nodeOf(graph, balance.amount, known)], symbols);
      const terms = [...(gradient ?? [])].map(([i, slope]) => graph.multiply(slope, rates[i] as NodeId));
      const stated = nodeOf(graph, balance.rate, known);
      const size = graph.sum([...terms, stated].map((term) => graph.abs(term)));
      return [graph.subtract(graph.sum(terms), stated), size];
    });
    const into = new Float64Array(2);
    const errors = points.map(({ t, y, inputs }) => {
      evaluate(t, y, parameters, inputs, into);
      const [difference = Number.NaN, size = Number.NaN] = into;
      return size === 0 ? 0 : Math.abs(difference) / size;
    });
    return { name: balance.name, worst: Math.max(0, ...errors) };
  });
}
