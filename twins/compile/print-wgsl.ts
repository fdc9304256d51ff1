/**
 * WGSL text of graph nodes, in 32-bit floats: WGSL has no 64-bit ones. The mathematical functions are the
 * device's own, and a device may contract or reorder within the WGSL specification's error bounds: results
 * agree with the other back ends to single precision, never to the bit.
 */
import { type Graph, type Node, type NodeId } from "./graph.ts";
import { isOperation, type OperandText } from "./print-js.ts";

const LARGEST = 3.4028234663852886e38;
const SMALLEST_NORMAL = 1.1754943508222875e-38;

/** What the loop calls beside the built-in functions; `not_a_number` comes from the host, since WGSL has no such literal. */
export const WGSL_HELPERS = `
fn rootOfBits(a: f32, b: f32) -> f32 {
  return bitcast<f32>(i32(b * f32(bitcast<i32>(a) - 1064866805)) + 1064866805);
}
fn power(x: f32, y: f32) -> f32 {
  if (x > 0f) { return pow(x, y); }
  if (x < 0f) { return settings.not_a_number; }
  return select(select(${literalWgsl(LARGEST)}, 1f, y == 0f), 0f, y > 0f);
}
fn logarithm(x: f32) -> f32 {
  if (x > 0f) { return log(x); }
  return select(settings.not_a_number, ${literalWgsl(-LARGEST)}, x == 0f);
}
// Beyond 10 the result is 1 in single precision, and some devices overflow on the way to it.
fn tangent(x: f32) -> f32 { return tanh(clamp(x, -10f, 10f)); }
`;

/** The nearest 32-bit literal; what is too large becomes the largest, what is too small becomes 0. */
export function literalWgsl(value: number): string {
  const clamped = Math.max(-LARGEST, Math.min(LARGEST, value));
  const nearest = Math.fround(Math.abs(clamped) < SMALLEST_NORMAL ? 0 : clamped);
  return nearest < 0 ? `(${nearest}f)` : `${nearest}f`;
}

const CALLS: Partial<Record<Node["op"], string>> = {
  exp: "exp",
  log: "logarithm",
  tanh: "tangent",
  pow: "power",
  sin: "sin",
  cos: "cos",
  atan: "atan",
  floor: "floor",
  abs: "abs",
  sqrt: "sqrt",
  rootOfBits: "rootOfBits",
};

/** @throws TypeError for what only the other back ends' own functions use */
function expressionWgsl(node: Node, text: OperandText): string {
  const [a, b, c, d] = node.operands.map(text);
  switch (node.op) {
    case "add":
      return `${a}+${b}`;
    case "subtract":
      return `${a}-${b}`;
    case "multiply":
      return `${a}*${b}`;
    case "divide":
      return `${a}/${b}`;
    case "negate":
      return `-${a}`;
    case "less":
      return `select(${d},${c},${a}<${b})`;
    case "lessEqual":
      return `select(${d},${c},${a}<=${b})`;
    default: {
      const call = CALLS[node.op];
      if (call === undefined) throw new TypeError(`${node.op} has no WGSL`);
      return `${call}(${node.operands.map(text).join(",")})`;
    }
  }
}

/** `let v7=v3*v5;` for every operation in `ids`. */
export function statementsWgsl(graph: Graph, ids: readonly NodeId[], text: OperandText): string[] {
  return ids
    .filter((id) => isOperation(graph.node(id)))
    .map((id) => `let v${id}=${expressionWgsl(graph.node(id), text)};`);
}
