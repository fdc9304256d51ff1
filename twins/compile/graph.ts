/**
 * The expression graph: every distinct operation on distinct operands exists once, so common
 * subexpressions are shared by construction. Constants are folded with the functions that run later.
 *
 * Folding uses 0*x = 0 and x+0 = x: a NaN that only such a term would have carried is dropped.
 */
import { foldFunction } from "./fold.ts";

/** Index into the graph. */
export type NodeId = number;

/**
 * How often a value changes, and so where it is computed: once (constant), once per trajectory
 * (parameter), once per segment of constant inputs (segment), or in every step (step).
 */
export const LEVEL = { constant: 0, parameter: 1, segment: 2, step: 3 } as const;
export type Level = (typeof LEVEL)[keyof typeof LEVEL];

/** Functions that are called; all others are single instructions of the machine. */
export type FunctionName = "exp" | "log" | "tanh" | "pow" | "sin" | "cos" | "atan" | "floor";

/**
 * powerOfTwo: 2^k for whole k in -1022..1023. exponent, mantissa: x = mantissa * 2^exponent, mantissa
 * in [1, 2), for normal x > 0. rootOfBits: a^b to some percent, from the exponent bits alone, for the
 * step-size controller. less, lessEqual: a < b ? c : d.
 */
export type Op =
  | "constant"
  | "symbol"
  | "add"
  | "subtract"
  | "multiply"
  | "divide"
  | "negate"
  | "abs"
  | "sqrt"
  | "less"
  | "lessEqual"
  | "powerOfTwo"
  | "exponent"
  | "mantissa"
  | "rootOfBits"
  | FunctionName;

export interface Node {
  readonly op: Op;
  readonly operands: readonly NodeId[];
  /** Of a constant. */
  readonly value: number;
  /** Of a symbol. */
  readonly name: string;
  readonly level: Level;
}

export class Graph {
  readonly nodes: Node[] = [];
  readonly #byKey = new Map<string, NodeId>();
  /** Products x * (1/y) that stand for x / y: the derivative uses y itself. */
  readonly quotients = new Map<
    NodeId,
    { readonly numerator: NodeId; readonly denominator: NodeId; readonly inverse: NodeId }
  >();

  node(id: NodeId): Node {
    const node = this.nodes[id];
    if (!node) throw new RangeError(`no node ${id}`);
    return node;
  }

  constant(value: number): NodeId {
    const key = Object.is(value, -0) ? "-0" : String(value);
    return this.#intern(`#${key}`, { op: "constant", operands: [], value, name: "", level: LEVEL.constant });
  }

  symbol(name: string, level: Level): NodeId {
    return this.#intern(`$${name}`, { op: "symbol", operands: [], value: 0, name, level });
  }

  /** The constant that a node is, or undefined. */
  valueOf(id: NodeId): number | undefined {
    const node = this.node(id);
    return node.op === "constant" ? node.value : undefined;
  }

  add(a: NodeId, b: NodeId): NodeId {
    const [x, y] = [this.valueOf(a), this.valueOf(b)];
    if (x !== undefined && y !== undefined) return this.constant(x + y);
    if (x === 0) return b;
    if (y === 0) return a;
    const [minusA, minusB] = [this.#negated(a), this.#negated(b)];
    if (minusB !== undefined) return this.subtract(a, minusB);
    if (minusA !== undefined) return this.subtract(b, minusA);
    return this.apply("add", ...sorted(a, b));
  }

  subtract(a: NodeId, b: NodeId): NodeId {
    const [x, y] = [this.valueOf(a), this.valueOf(b)];
    if (x !== undefined && y !== undefined) return this.constant(x - y);
    if (y === 0) return a;
    if (x === 0) return this.negate(b);
    const minusB = this.#negated(b);
    return minusB === undefined ? this.apply("subtract", a, b) : this.add(a, minusB);
  }

  multiply(a: NodeId, b: NodeId): NodeId {
    const [x, y] = [this.valueOf(a), this.valueOf(b)];
    if (x !== undefined && y !== undefined) return this.constant(x * y);
    if (x === 0 || y === 0) return this.constant(0);
    if (x === 1) return b;
    if (y === 1) return a;
    if (x === -1) return this.negate(b);
    if (y === -1) return this.negate(a);
    return this.apply("multiply", ...sorted(a, b));
  }

  /** Division by what does not change in a step becomes multiplication by its inverse, computed once. */
  divide(a: NodeId, b: NodeId): NodeId {
    const [x, y] = [this.valueOf(a), this.valueOf(b)];
    if (x !== undefined && y !== undefined) return this.constant(x / y);
    if (x === 0) return a;
    if (y !== undefined && Math.abs(y) === 1) return y === 1 ? a : this.negate(a);
    const stepwise = this.node(a).level === LEVEL.step && this.node(b).level < LEVEL.step;
    if (stepwise) return this.multiply(a, this.divide(this.constant(1), b));
    return this.apply("divide", a, b);
  }

  /** x * (1/y), when 1/y is needed for a derivative anyway. */
  quotient(a: NodeId, b: NodeId): NodeId {
    if (this.node(b).level < LEVEL.step || this.valueOf(a) === 0) return this.divide(a, b);
    const inverse = this.divide(this.constant(1), b);
    const product = this.multiply(a, inverse);
    if (product !== inverse) this.quotients.set(product, { numerator: a, denominator: b, inverse });
    return product;
  }

  negate(a: NodeId): NodeId {
    const x = this.valueOf(a);
    if (x !== undefined) return this.constant(-x);
    return this.#negated(a) ?? this.apply("negate", a);
  }

  /** What `a` is the negative of, or undefined. */
  #negated(a: NodeId): NodeId | undefined {
    const node = this.node(a);
    return node.op === "negate" ? node.operands[0] : undefined;
  }

  abs(a: NodeId): NodeId {
    const x = this.valueOf(a);
    return x === undefined ? this.apply("abs", a) : this.constant(Math.abs(x));
  }

  sqrt(a: NodeId): NodeId {
    const x = this.valueOf(a);
    return x === undefined ? this.apply("sqrt", a) : this.constant(Math.sqrt(x));
  }

  /** a < b (or a <= b) ? yes : no */
  select(op: "less" | "lessEqual", a: NodeId, b: NodeId, yes: NodeId, no: NodeId): NodeId {
    if (yes === no) return yes;
    const [x, y] = [this.valueOf(a), this.valueOf(b)];
    if (x !== undefined && y !== undefined) return (op === "less" ? x < y : x <= y) ? yes : no;
    return this.apply(op, a, b, yes, no);
  }

  min(a: NodeId, b: NodeId): NodeId {
    return this.select("less", a, b, a, b);
  }

  max(a: NodeId, b: NodeId): NodeId {
    return this.select("less", b, a, a, b);
  }

  call(name: FunctionName, ...operands: NodeId[]): NodeId {
    const values = operands.map((operand) => this.valueOf(operand));
    const known = values.filter((value) => value !== undefined);
    if (known.length === operands.length) return this.constant(foldFunction(name, known));
    return this.apply(name, ...operands);
  }

  /** Whole powers up to 32 are products (exact order: square and multiply), halves use the square root. */
  power(base: NodeId, exponent: NodeId): NodeId {
    const e = this.valueOf(exponent);
    if (e === undefined || Math.abs(e) > 32) return this.call("pow", base, exponent);
    if (e === 0) return this.constant(1);
    if (e < 0)
      return Number.isInteger(2 * e)
        ? this.divide(this.constant(1), this.power(base, this.constant(-e)))
        : this.call("pow", base, exponent);
    if (e === 0.5) return this.sqrt(base);
    if (!Number.isInteger(e)) return this.call("pow", base, exponent);
    const half = e > 1 ? this.power(base, this.constant(Math.floor(e / 2))) : base;
    if (e === 1) return base;
    const square = this.multiply(half, half);
    return e % 2 === 0 ? square : this.multiply(square, base);
  }

  /** Sum in the given order; the order fixes the bits. */
  sum(terms: readonly NodeId[]): NodeId {
    return terms.reduce((total, term) => this.add(total, term), this.constant(0));
  }

  /** Without simplification. */
  apply(op: Op, ...operands: NodeId[]): NodeId {
    const level = operands.reduce<Level>(
      (top, id) => Math.max(top, this.node(id).level) as Level,
      LEVEL.constant,
    );
    return this.#intern(`${op}(${operands.join(",")})`, { op, operands, value: 0, name: "", level });
  }

  #intern(key: string, node: Node): NodeId {
    const known = this.#byKey.get(key);
    if (known !== undefined) return known;
    const id = this.nodes.push(node) - 1;
    this.#byKey.set(key, id);
    return id;
  }
}

/** + and * give the same bits in either order: one order is enough to share. */
const sorted = (a: NodeId, b: NodeId): [NodeId, NodeId] => (a <= b ? [a, b] : [b, a]);

/** The nodes that `roots` need, operands first. */
export function reachable(graph: Graph, roots: Iterable<NodeId>): NodeId[] {
  const needed = new Set<NodeId>();
  const pending = [...roots];
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    if (needed.has(id)) continue;
    needed.add(id);
    pending.push(...graph.node(id).operands);
  }
  return [...needed].sort((a, b) => a - b);
}
