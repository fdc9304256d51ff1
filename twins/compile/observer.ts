/**
 * Formulas of a model outside the inner loop: initial values, event watches and actions, sensors,
 * balances. Plain JavaScript with the same arithmetic as the loop.
 */
import type { Term, TwinModel } from "../language/model.ts";
import { nodeOf, withAlgebra } from "./from-terms.ts";
import { evaluateGenerated } from "./generated-code.ts";
import { Graph, LEVEL, type NodeId, reachable } from "./graph.ts";
import { ownFunctions } from "./js-functions.ts";
import { literal, statements } from "./print-js.ts";

/** Evaluates formulas at one point; `into` gets one number per formula. */
export type Evaluator = (
  t: number,
  y: ArrayLike<number>,
  parameters: ArrayLike<number>,
  inputs: ArrayLike<number>,
  into: Float64Array,
) => void;

/** `terms` may use every name of the model. */
export function compileTerms(model: TwinModel, terms: readonly Term[]): Evaluator {
  return compileNodes(model, (graph, environment) => {
    const known = withAlgebra(graph, model, environment, "divide");
    return terms.map((term) => nodeOf(graph, term, known));
  });
}

/** `build` makes the nodes from the symbols of time, states, parameters and inputs. */
export function compileNodes(
  model: TwinModel,
  build: (graph: Graph, environment: ReadonlyMap<string, NodeId>) => readonly NodeId[],
): Evaluator {
  const graph = new Graph();
  const environment = new Map<string, NodeId>([[model.time.name, graph.symbol("t", LEVEL.step)]]);
  const define = (array: string, list: readonly { name: string }[]) =>
    list.forEach(({ name }, i) => environment.set(name, graph.symbol(`${array}[${i}]`, LEVEL.step)));
  define("Y", model.states);
  define("P", model.parameters);
  define("U", model.inputs);
  const outputs = build(graph, environment);
  const text = (id: NodeId): string => {
    const node = graph.node(id);
    if (node.op === "symbol") return node.name;
    return node.op === "constant" ? literal(node.value) : `v${id}`;
  };
  const body = statements(graph, reachable(graph, outputs), text);
  const stores = outputs.map((id, i) => `O[${i}]=${text(id)};`);
  return evaluateGenerated(
    `return (t,Y,P,U,O)=>{${[...body, ...stores].join("\n")}};`,
    ownFunctions(),
  ) as Evaluator;
}
