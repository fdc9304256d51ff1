/**
 * One attempted Rodas4 step as C++ text, from the same graph that the twin engine prints: the strongest
 * scalar C++ we know how to write (exact sparse Jacobian, unrolled factorisation), compiled by g++.
 */
import {
  Graph,
  LEVEL,
  type Level,
  type NodeId,
  RODAS4,
  reachable,
  type TwinModel,
} from "@helix/twins/compiled";

/**
 * `prepare(p, u, c)`: what depends on parameters and inputs only; `attempt(c, p, u, t, h, y, next, error)`.
 */
export function attemptInCpp(model: TwinModel): string {
  const graph = new Graph();
  const array = (name: string, list: readonly unknown[], level: Level) =>
    list.map((_, i) => graph.symbol(`${name}[${i}]`, level));
  const y = array("y", model.states, LEVEL.step);
  const environment = new Map<string, NodeId>();
  array("p", model.parameters, LEVEL.parameter).forEach((id, i) =>
    environment.set(model.parameters[i]?.name ?? "", id),
  );
  array("u", model.inputs, LEVEL.segment).forEach((id, i) =>
    environment.set(model.inputs[i]?.name ?? "", id),
  );
  const [t, h] = [graph.symbol("t", LEVEL.step), graph.symbol("h", LEVEL.step)];
  const step = RODAS4.build({ graph, model, environment, t, h, y, slope: [] });
  const ids = reachable(graph, [...step.next, ...step.errors]);
  const early = ids.filter((id) => graph.node(id).level < LEVEL.step && isOperation(graph, id));
  const names = new Map(early.map((id, i) => [id, `c[${i}]`]));
  const text = (id: NodeId) => names.get(id) ?? operand(graph, id);
  const prepare = early.map((id) => `${text(id)} = ${expression(graph, id, text)};`);
  const late = ids.filter((id) => !names.has(id) && isOperation(graph, id));
  const attempt = late.map((id) => `const double v${id} = ${expression(graph, id, text)};`);
  const stores = model.states.flatMap((_, i) => [
    `next[${i}] = ${text(step.next[i] as NodeId)};`,
    `error[${i}] = ${text(step.errors[i] as NodeId)};`,
  ]);
  return `constexpr int PREPARED = ${early.length};
typedef const double* __restrict In;
typedef double* __restrict Out;
static inline void prepare(In p, In u, Out c) {
  (void)u;
${indented(prepare)}
}
static inline void attempt(In c, In p, In u, double t, double h, In y, Out next, Out error) {
  (void)t, (void)u;
${indented([...attempt, ...stores])}
}
`;
}

const indented = (lines: readonly string[]): string => lines.map((line) => `  ${line}`).join("\n");
const isOperation = (graph: Graph, id: NodeId): boolean =>
  !["constant", "symbol"].includes(graph.node(id).op);

const SIGNS = { add: "+", subtract: "-", multiply: "*", divide: "/" } as const;

function expression(graph: Graph, id: NodeId, text: (id: NodeId) => string): string {
  const { op, operands } = graph.node(id);
  const [a, b] = operands.map(text);
  if (op === "negate") return `-${a}`;
  if (!(op in SIGNS)) throw new TypeError(`no C++ for ${op}`);
  return `${a} ${SIGNS[op as keyof typeof SIGNS]} ${b}`;
}

function operand(graph: Graph, id: NodeId): string {
  const node = graph.node(id);
  if (node.op === "symbol") return node.name;
  if (node.op !== "constant") return `v${id}`;
  const text = Number.isInteger(node.value) ? `${node.value}.0` : String(node.value);
  return node.value < 0 ? `(${text})` : text;
}
