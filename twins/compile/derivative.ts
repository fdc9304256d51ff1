/**
 * Exact derivatives by forward accumulation over the graph. A node's gradient holds only the
 * variables it depends on, so the Jacobian comes out sparse.
 */
import { type Graph, LEVEL, type NodeId, reachable } from "./graph.ts";

/** Variable (index into `variables`) -> derivative; absent is zero. */
export type Gradient = ReadonlyMap<number, NodeId>;

const NONE: Gradient = new Map();

/** Gradients of `outputs` by `variables` (symbols of the graph). */
export function gradients(
  graph: Graph,
  outputs: readonly NodeId[],
  variables: readonly NodeId[],
): Gradient[] {
  const known = new Map<NodeId, Gradient>(
    variables.map((id, index) => [id, new Map([[index, graph.constant(1)]])]),
  );
  const of = (id: NodeId): Gradient => known.get(id) ?? NONE;
  for (const id of reachable(graph, outputs)) {
    if (!known.has(id) && graph.node(id).level === LEVEL.step) known.set(id, gradientOf(graph, id, of));
  }
  return outputs.map(of);
}

function gradientOf(graph: Graph, id: NodeId, of: (id: NodeId) => Gradient): Gradient {
  const quotient = graph.quotients.get(id);
  if (quotient) return ofQuotient(graph, id, quotient, of);
  const { op, operands } = graph.node(id);
  const [a, b, c, d] = operands as [NodeId, NodeId, NodeId, NodeId];
  switch (op) {
    case "add":
      return merge(of(a), of(b), (x, y) => graph.add(x ?? zero(graph), y ?? zero(graph)));
    case "subtract":
      return merge(of(a), of(b), (x, y) => graph.subtract(x ?? zero(graph), y ?? zero(graph)));
    case "multiply":
      return merge(of(a), of(b), (x, y) => graph.add(times(graph, x, b), times(graph, y, a)));
    case "divide":
      return ofQuotient(
        graph,
        id,
        { numerator: a, denominator: b, inverse: graph.divide(graph.constant(1), b) },
        of,
      );
    case "negate":
      return chain(of(a), (x) => graph.negate(x));
    case "less":
    case "lessEqual":
      return merge(of(c), of(d), (x, y) => graph.select(op, a, b, x ?? zero(graph), y ?? zero(graph)));
    case "abs":
      return chain(of(a), (x) => graph.select("less", a, zero(graph), graph.negate(x), x));
    case "sqrt":
      return scaled(graph, of(a), graph.divide(graph.constant(0.5), id));
    case "exp":
      return scaled(graph, of(a), id);
    case "log":
      return scaled(graph, of(a), graph.divide(graph.constant(1), a));
    case "tanh":
      return scaled(graph, of(a), graph.subtract(graph.constant(1), graph.multiply(id, id)));
    case "sin":
      return scaled(graph, of(a), graph.call("cos", a));
    case "cos":
      return scaled(graph, of(a), graph.negate(graph.call("sin", a)));
    case "atan":
      return scaled(graph, of(a), inverse(graph, graph.add(graph.constant(1), graph.multiply(a, a))));
    case "pow":
      return ofPower(graph, id, a, b, of);
    default:
      return NONE;
  }
}

/** (x' - q y') / y */
function ofQuotient(
  graph: Graph,
  quotient: NodeId,
  parts: { numerator: NodeId; denominator: NodeId; inverse: NodeId },
  of: (id: NodeId) => Gradient,
): Gradient {
  return merge(of(parts.numerator), of(parts.denominator), (x, y) => {
    const bottom = y === undefined ? zero(graph) : graph.multiply(quotient, y);
    return graph.multiply(graph.subtract(x ?? zero(graph), bottom), parts.inverse);
  });
}

/** y x^(y-1) dx + x^y log x dy: right at x = 0 too, where y x^y / x would be 0 / 0. */
function ofPower(
  graph: Graph,
  power: NodeId,
  base: NodeId,
  exponent: NodeId,
  of: (id: NodeId) => Gradient,
): Gradient {
  const lower = graph.power(base, graph.subtract(exponent, graph.constant(1)));
  const byBase = of(base).size > 0 ? graph.multiply(exponent, lower) : zero(graph);
  const byExponent = of(exponent).size > 0 ? graph.multiply(power, graph.call("log", base)) : zero(graph);
  return merge(of(base), of(exponent), (x, y) =>
    graph.add(times(graph, x, byBase), times(graph, y, byExponent)),
  );
}

const inverse = (graph: Graph, x: NodeId): NodeId => graph.divide(graph.constant(1), x);
const zero = (graph: Graph): NodeId => graph.constant(0);
const times = (graph: Graph, x: NodeId | undefined, y: NodeId): NodeId =>
  x === undefined ? zero(graph) : graph.multiply(x, y);
const scaled = (graph: Graph, gradient: Gradient, by: NodeId): Gradient =>
  chain(gradient, (x) => graph.multiply(x, by));

function chain(gradient: Gradient, map: (x: NodeId) => NodeId): Gradient {
  return new Map([...gradient].map(([variable, x]) => [variable, map(x)]));
}

function merge(
  left: Gradient,
  right: Gradient,
  combine: (x: NodeId | undefined, y: NodeId | undefined) => NodeId,
): Gradient {
  const result = new Map<number, NodeId>();
  for (const variable of new Set([...left.keys(), ...right.keys()])) {
    result.set(variable, combine(left.get(variable), right.get(variable)));
  }
  return result;
}
