/** JavaScript text of graph nodes: one `const` per operation, no reassociation. */
import type { Graph, Node, NodeId } from "./graph.ts";

/** Text of an operand: a literal, or the variable that holds it. */
export type OperandText = (id: NodeId) => string;

/**
 * Exponent-bit operations that the generated code calls. `F`, `I` and `U` view the same eight bytes; `T[i]`
 * is 2^(i - 1023). Results are put together from `T`: to write half of `F` and read the whole would wait
 * until the write has left the processor's store buffer, some thirty cycles in the middle of every step.
 */
export const BIT_HELPERS = `const F=new Float64Array(1),I=new Int32Array(F.buffer),U=new Uint32Array(F.buffer);
const T=new Float64Array(2048);
for(let i=0,p=2**-1022/2;i<2048;i++,p*=2)T[i]=p;
const powerOfTwo=(k)=>T[(k+1023)&2047];
const exponent=(x)=>{F[0]=x;return (I[1]>>>20)-1023;};
const mantissa=(x)=>{F[0]=x;return 1+((I[1]&0xfffff)*4294967296+U[0])*${2 ** -52};};
const rootOfBits=(a,b)=>{F[0]=a;const w=(b*(I[1]-1072632447)+1072632447)|0;return (1+(w&0xfffff)*${2 ** -20})*T[(w>>>20)&2047];};
`;
export const BIT_HELPER_NAMES = ["powerOfTwo", "exponent", "mantissa", "rootOfBits"] as const;

/** A literal that reads back to the same bits. */
export function literal(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (Object.is(value, -0)) return "(-0)";
  const text = value === Number.POSITIVE_INFINITY ? "Infinity" : String(value);
  return value < 0 ? `(${text.replace("-Infinity", "-Infinity")})` : text;
}

/** Right-hand side of one operation. */
export function expressionText(node: Node, text: OperandText): string {
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
    case "abs":
      return `Math.abs(${a})`;
    case "sqrt":
      return `Math.sqrt(${a})`;
    case "less":
      return `${a}<${b}?${c}:${d}`;
    case "lessEqual":
      return `${a}<=${b}?${c}:${d}`;
    case "constant":
      return literal(node.value);
    case "symbol":
      throw new TypeError(`symbol ${node.name} has no expression`);
    default:
      return `${node.op}(${node.operands.map(text).join(",")})`;
  }
}

export const isOperation = (node: Node): boolean => node.op !== "constant" && node.op !== "symbol";

/** `const v7=v3*v5;` for every operation in `ids`. */
export function statements(graph: Graph, ids: readonly NodeId[], text: OperandText): string[] {
  return ids
    .filter((id) => isOperation(graph.node(id)))
    .map((id) => `const v${id}=${expressionText(graph.node(id), text)};`);
}
