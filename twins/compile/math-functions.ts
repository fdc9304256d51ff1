/**
 * exp, log, tanh and pow from the operations that every machine rounds alike (+ - * / and exponent
 * bits), defined once as graphs and printed for JavaScript and WebAssembly: equal to the last bit.
 *
 * Methods and coefficients: exp and log as in fdlibm (e_exp.c, e_log.c), tanh as in Cephes; pow takes
 * the logarithm in two parts and multiplies exactly (Dekker). Measured accuracy: math-functions.test.ts.
 * Out of scope: subnormal results of pow may be rounded twice; a negative base gives NaN.
 */
import { atanGraph, cosGraph, floorGraph, sinGraph } from "./circular-functions.ts";
import { type FunctionName, Graph, LEVEL, type NodeId } from "./graph.ts";

export interface FunctionGraph {
  readonly graph: Graph;
  readonly inputs: readonly string[];
  readonly result: NodeId;
}

const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;
const { LOG2E } = Math;
/** Adding and subtracting 1.5 * 2^52 rounds to the nearest whole number. */
const ROUNDER = 6_755_399_441_055_744;
const EXP_OVERFLOW = 709.782712893384;
const EXP_UNDERFLOW = -745.1332191019412;
const SMALLEST_NORMAL = 2.2250738585072014e-308;

const EXP_COEFFICIENTS = [
  0.16666666666666602, -0.0027777777777015593, 6.613756321437934e-5, -1.6533902205465252e-6,
  4.1381367970572385e-8,
];
const LOG_COEFFICIENTS = [
  0.6666666666666735, 0.3999999999940942, 0.2857142874366239, 0.22222198432149784, 0.1818357216161805,
  0.15313837699209373, 0.14798198605116586,
];
const TANH_P = [-1614.6876844170845, -99.28772310019185, -0.9643991794250523];
const TANH_Q = [4844.063053251255, 2235.4883906010045, 112.81167849163293, 1.0];

/** Every function by name; a fresh graph each. */
export function functionGraph(name: FunctionName): FunctionGraph {
  const graph = new Graph();
  const x = graph.symbol("x", LEVEL.step);
  if (name === "pow") {
    const y = graph.symbol("y", LEVEL.step);
    return { graph, inputs: ["x", "y"], result: powerGraph(graph, x, y) };
  }
  const builders = {
    exp: expGraph,
    log: logGraph,
    tanh: tanhGraph,
    sin: sinGraph,
    cos: cosGraph,
    atan: atanGraph,
    floor: floorGraph,
  };
  return { graph, inputs: ["x"], result: builders[name](graph, x) };
}

const expGraph = (g: Graph, x: NodeId): NodeId => expOfSum(g, x, g.constant(0));

/** exp(high + low), |low| far below |high|: x = k ln 2 + r, a rational function of r, then times 2^k. */
function expOfSum(g: Graph, high: NodeId, low: NodeId): NodeId {
  const c = (value: number) => g.constant(value);
  const k = g.subtract(g.add(g.multiply(high, c(LOG2E)), c(ROUNDER)), c(ROUNDER));
  const rHigh = g.subtract(high, g.multiply(k, c(LN2_HIGH)));
  const rLow = g.subtract(g.multiply(k, c(LN2_LOW)), low);
  const r = g.subtract(rHigh, rLow);
  const square = g.multiply(r, r);
  const p = g.subtract(r, g.multiply(square, polynomial(g, square, EXP_COEFFICIENTS)));
  const tail = g.subtract(rLow, g.divide(g.multiply(r, p), g.subtract(c(2), p)));
  const y = g.subtract(c(1), g.subtract(tail, rHigh));
  const scaled = timesPowerOfTwo(g, y, k);
  const bounded = g.select("less", high, c(EXP_UNDERFLOW), c(0), scaled);
  return g.select("less", c(EXP_OVERFLOW), high, c(Number.POSITIVE_INFINITY), bounded);
}

/** In two factors, so that 2^1024 and subnormal results are reached. */
function timesPowerOfTwo(g: Graph, y: NodeId, k: NodeId): NodeId {
  const rounder = g.constant(ROUNDER);
  const half = g.subtract(g.add(g.multiply(k, g.constant(0.5)), rounder), rounder);
  const first = g.multiply(y, g.apply("powerOfTwo", half));
  return g.multiply(first, g.apply("powerOfTwo", g.subtract(k, half)));
}

interface Split {
  /** Binary exponent, such that m is in [sqrt(1/2), sqrt(2)). */
  readonly k: NodeId;
  readonly m: NodeId;
}

function splitAroundOne(g: Graph, x: NodeId): Split {
  const c = (value: number) => g.constant(value);
  const subnormal = (yes: NodeId, no: NodeId) => g.select("less", x, c(SMALLEST_NORMAL), yes, no);
  const normal = subnormal(g.multiply(x, c(2 ** 54)), x);
  const exponent = g.add(g.apply("exponent", normal), subnormal(c(-54), c(0)));
  const mantissa = g.apply("mantissa", normal);
  const above = (yes: NodeId, no: NodeId) => g.select("less", c(Math.SQRT2), mantissa, yes, no);
  return { k: above(g.add(exponent, c(1)), exponent), m: above(g.multiply(mantissa, c(0.5)), mantissa) };
}

function logGraph(g: Graph, x: NodeId): NodeId {
  const { k, m } = splitAroundOne(g, x);
  const f = g.subtract(m, g.constant(1));
  const s = g.divide(f, g.add(g.constant(2), f));
  const z = g.multiply(s, s);
  const series = g.multiply(z, polynomial(g, z, LOG_COEFFICIENTS));
  const halfSquare = g.multiply(g.multiply(g.constant(0.5), f), f);
  const inner = g.add(g.multiply(s, g.add(halfSquare, series)), g.multiply(k, g.constant(LN2_LOW)));
  const result = g.subtract(
    g.multiply(k, g.constant(LN2_HIGH)),
    g.subtract(g.subtract(halfSquare, inner), f),
  );
  return edgesOfLog(g, x, result);
}

function edgesOfLog(g: Graph, x: NodeId, inside: NodeId): NodeId {
  const [zero, infinity] = [g.constant(0), g.constant(Number.POSITIVE_INFINITY)];
  const finite = g.select("less", x, infinity, inside, x);
  const positive = g.select("less", zero, x, finite, g.constant(Number.NEGATIVE_INFINITY));
  return g.select("less", x, zero, g.constant(Number.NaN), positive);
}

function tanhGraph(g: Graph, x: NodeId): NodeId {
  const size = g.abs(x);
  const z = g.multiply(x, x);
  const ratio = g.divide(polynomial(g, z, TANH_P), polynomial(g, z, TANH_Q));
  const near = g.add(x, g.multiply(g.multiply(x, z), ratio));
  const grown = expGraph(g, g.add(size, size));
  const far = g.subtract(g.constant(1), g.divide(g.constant(2), g.add(grown, g.constant(1))));
  const signed = g.select("less", x, g.constant(0), g.negate(far), far);
  return g.select("less", size, g.constant(0.625), near, signed);
}

/** exp(y * log(x)) with the logarithm and the product each in two parts. */
function powerGraph(g: Graph, x: NodeId, y: NodeId): NodeId {
  const [zero, one] = [g.constant(0), g.constant(1)];
  const log = logInTwoParts(g, x);
  const product = exactProduct(g, y, log.high);
  const low = g.add(product.low, g.multiply(y, log.low));
  const result = expOfSum(g, product.high, low);
  const atZero = g.select("less", zero, y, zero, g.constant(Number.POSITIVE_INFINITY));
  const fromZero = g.select("lessEqual", x, zero, atZero, result);
  const fromPositive = g.select("less", x, zero, g.constant(Number.NaN), fromZero);
  const zeroth = g.select("lessEqual", zero, y, one, fromPositive);
  return g.select("lessEqual", y, zero, zeroth, fromPositive);
}

interface TwoParts {
  readonly high: NodeId;
  readonly low: NodeId;
}

/** log m = 2 s + s z (2/3 + ...), s = (m - 1)/(m + 1) kept in two parts. */
function logInTwoParts(g: Graph, x: NodeId): TwoParts {
  const c = (value: number) => g.constant(value);
  const { k, m } = splitAroundOne(g, x);
  const f = g.subtract(m, c(1));
  const bottom = g.add(m, c(1));
  const bottomLow = g.subtract(m, g.subtract(bottom, c(1)));
  const s = g.divide(f, bottom);
  const back = exactProduct(g, s, bottom);
  const missing = g.subtract(g.subtract(g.subtract(f, back.high), back.low), g.multiply(s, bottomLow));
  const sLow = g.divide(missing, bottom);
  const z = g.multiply(s, s);
  const coefficients = Array.from({ length: 11 }, (_, i) => 2 / (2 * i + 3));
  const tail = g.multiply(g.multiply(s, z), polynomial(g, z, coefficients));
  const series = exactSum(g, g.add(s, s), g.add(g.add(sLow, sLow), tail));
  const whole = exactSum(g, g.multiply(k, c(LN2_HIGH)), series.high);
  const low = g.add(g.add(whole.low, series.low), g.multiply(k, c(LN2_LOW)));
  return exactSum(g, whole.high, low);
}

/** a + b as a rounded sum and what rounding lost (Knuth). */
function exactSum(g: Graph, a: NodeId, b: NodeId): TwoParts {
  const high = g.add(a, b);
  const bPart = g.subtract(high, a);
  const low = g.add(g.subtract(a, g.subtract(high, bPart)), g.subtract(b, bPart));
  return { high, low };
}

/** a * b as a rounded product and what rounding lost (Dekker). */
function exactProduct(g: Graph, a: NodeId, b: NodeId): TwoParts {
  const high = g.multiply(a, b);
  const [a1, a2] = halves(g, a);
  const [b1, b2] = halves(g, b);
  const rest = g.subtract(
    g.subtract(g.subtract(high, g.multiply(a1, b1)), g.multiply(a2, b1)),
    g.multiply(a1, b2),
  );
  return { high, low: g.subtract(g.multiply(a2, b2), rest) };
}

/** 26 leading bits and the rest. */
function halves(g: Graph, a: NodeId): [NodeId, NodeId] {
  const shifted = g.multiply(a, g.constant(134_217_729));
  const high = g.subtract(shifted, g.subtract(shifted, a));
  return [high, g.subtract(a, high)];
}

/** c0 + z (c1 + z (c2 + ...)) */
const polynomial = (g: Graph, z: NodeId, coefficients: readonly number[]): NodeId =>
  coefficients.reduceRight(
    (sum, coefficient) => g.add(g.constant(coefficient), g.multiply(z, sum)),
    g.constant(0),
  );
