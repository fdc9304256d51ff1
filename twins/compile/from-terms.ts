/** A model's formulas as graph nodes. */
import type { Operation, Term, TwinModel } from "../language/model.ts";
import { type Graph, LEVEL, type NodeId } from "./graph.ts";

/** Node of every name that a formula may use. */
export type Environment = ReadonlyMap<string, NodeId>;

/** "inverse" writes x / y as x * (1 / y), which the derivative shares. */
export type Division = "divide" | "inverse";

/** Adds the algebraic lines to `known` (time, parameters, inputs, states). */
export function withAlgebra(
  graph: Graph,
  model: TwinModel,
  known: Environment,
  division: Division,
): Environment {
  const environment = new Map(known);
  for (const line of model.algebra)
    environment.set(line.name, nodeOf(graph, line.value, environment, division));
  return environment;
}

/** Rates of change of all states. */
export function rightHandSide(
  graph: Graph,
  model: TwinModel,
  known: Environment,
  division: Division,
): NodeId[] {
  const environment = withAlgebra(graph, model, known, division);
  return model.states.map((state) => nodeOf(graph, state.rate, environment, division));
}

/** @throws RangeError for a name that the environment lacks: the model was not checked */
export function nodeOf(
  graph: Graph,
  term: Term,
  environment: Environment,
  division: Division = "divide",
): NodeId {
  if (term.kind === "constant") return graph.constant(term.value);
  if (term.kind === "name") {
    const id = environment.get(term.name);
    if (id === undefined) throw new RangeError(`"${term.name}" has no value here`);
    return id;
  }
  if (division === "divide" && (term.operation === "multiply" || term.operation === "divide")) {
    return product(graph, term, environment);
  }
  const operands = term.operands.map((operand) => nodeOf(graph, operand, environment, division));
  return applied(graph, term.operation, operands, division);
}

function applied(
  graph: Graph,
  operation: Operation,
  operands: readonly NodeId[],
  division: Division,
): NodeId {
  const [a, b, c, d] = operands as [NodeId, NodeId, NodeId, NodeId];
  switch (operation) {
    case "add":
      return graph.add(a, b);
    case "subtract":
      return graph.subtract(a, b);
    case "multiply":
      return graph.multiply(a, b);
    case "divide":
      return division === "inverse" ? graph.quotient(a, b) : graph.divide(a, b);
    case "negate":
      return graph.negate(a);
    case "power":
      return graph.power(a, b);
    case "sqrt":
      return graph.sqrt(a);
    case "abs":
      return graph.abs(a);
    case "min":
      return graph.min(a, b);
    case "max":
      return graph.max(a, b);
    case "less":
    case "lessEqual":
      return graph.select(operation, a, b, c, d);
    default:
      return graph.call(operation, a);
  }
}

/**
 * A chain of * and / with at most one division: a/b * c/d is (a c)/(b d), because a division costs as
 * much as ten products. Factors that do not change in a step come first, so that they are one constant;
 * factors that are quotients come last, so that no division waits for another.
 */
function product(graph: Graph, term: Term, environment: Environment): NodeId {
  const [above, below]: [NodeId[], NodeId[]] = [[], []];
  const collect = (part: Term, into: NodeId[], other: NodeId[]): void => {
    const chained = part.kind === "apply" && (part.operation === "multiply" || part.operation === "divide");
    if (!chained) {
      into.push(nodeOf(graph, part, environment));
      return;
    }
    const [left, right] = part.operands as [Term, Term];
    collect(left, into, other);
    collect(right, part.operation === "divide" ? other : into, part.operation === "divide" ? into : other);
  };
  collect(term, above, below);
  const steady = (id: NodeId) => graph.node(id).level < LEVEL.step;
  const multiplied = (factors: readonly NodeId[]) =>
    factors.reduce((a, b) => graph.multiply(a, b), graph.constant(1));
  const constant = graph.divide(multiplied(above.filter(steady)), multiplied(below.filter(steady)));
  const bottom = multiplied(below.filter((id) => !steady(id)));
  const moving = [constant, ...above.filter((id) => !steady(id))];
  const isQuotient = (id: NodeId) => graph.node(id).op === "divide";
  const early = multiplied(moving.filter((id) => !isQuotient(id)));
  if (graph.valueOf(bottom) === 1 || graph.valueOf(early) === 1)
    return graph.divide(multiplied(moving), bottom);
  return multiplied([graph.divide(early, bottom), ...moving.filter(isQuotient)]);
}
