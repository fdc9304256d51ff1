/**
 * sin, cos, atan and floor as graphs of + - * / and comparisons, so that every machine gives the same bits.
 *
 * Methods and coefficients: fdlibm (k_sin.c, k_cos.c, e_rem_pio2.c, s_atan.c). Beyond 1.6 million radians
 * the reduction by pi/2 would lose digits: sin and cos are then NaN, not a number that looks right.
 */
import type { Graph, NodeId } from "./graph.ts";

const ROUNDER = 6_755_399_441_055_744;
const TWO_52 = 2 ** 52;
const LARGEST_ANGLE = 1_647_099;
/** pi/2 in three parts; the first two have 33 bits, so that whole multiples are exact. */
const HALF_PI = [1.5707963267341256, 6.077100506303966e-11, 2.0222662487959506e-21] as const;
const SIN = [
  -0.16666666666666632, 0.00833333333332249, -0.0001984126982985795, 2.7557313707070068e-6,
  -2.5050760253406863e-8, 1.58969099521155e-10,
];
const COS = [
  0.0416666666666666, -0.001388888888887411, 2.480158728947673e-5, -2.7557314351390663e-7,
  2.087572321298175e-9, -1.1359647557788195e-11,
];
const ATAN = [
  0.3333333333333293, -0.19999999999876483, 0.14285714272503466, -0.11111110405462356, 0.09090887133436507,
  -0.0769187620504483, 0.06661073137387531, -0.058335701337905735, 0.049768779946159324,
  -0.036531572744216916, 0.016285820115365782,
];
/** From where on atan is computed around tan of these angles. */
const ATAN_FROM = [0.4375, 0.6875, 1.1875, 2.4375];
const ATAN_HIGH = [0.4636476090008061, 0.7853981633974483, 0.982793723247329, 1.5707963267948966];
const ATAN_LOW = [
  2.2698777452961687e-17, 3.061616997868383e-17, 1.3903311031230998e-17, 6.123233995736766e-17,
];

/** The largest whole number that is not above x. */
export function floorGraph(g: Graph, x: NodeId): NodeId {
  const size = g.abs(x);
  const rounded = g.subtract(g.add(size, g.constant(TWO_52)), g.constant(TWO_52));
  const whole = g.select("less", size, g.constant(TWO_52), rounded, size);
  const signed = g.select("less", x, g.constant(0), g.negate(whole), whole);
  return g.select("less", x, signed, g.subtract(signed, g.constant(1)), signed);
}

export const sinGraph = (g: Graph, x: NodeId): NodeId => quarterTurns(g, x, 0);
export const cosGraph = (g: Graph, x: NodeId): NodeId => quarterTurns(g, x, 1);

/** sin(x + turns * pi/2) */
function quarterTurns(g: Graph, x: NodeId, turns: number): NodeId {
  const c = (value: number) => g.constant(value);
  const n = g.subtract(g.add(g.multiply(x, c(2 / Math.PI)), c(ROUNDER)), c(ROUNDER));
  const rest = reduced(g, x, n);
  const [sine, cosine] = [sinNear0(g, rest), cosNear0(g, rest)];
  const turned = g.add(n, c(turns));
  const quarter = g.subtract(turned, g.multiply(c(4), floorGraph(g, g.multiply(turned, c(0.25)))));
  const upTo = (limit: number, yes: NodeId, no: NodeId) => g.select("less", quarter, c(limit), yes, no);
  const lower = upTo(2.5, g.negate(sine), g.negate(cosine));
  const value = upTo(0.5, sine, upTo(1.5, cosine, lower));
  return g.select("less", g.abs(x), c(LARGEST_ANGLE), value, c(Number.NaN));
}

interface TwoParts {
  readonly high: NodeId;
  readonly low: NodeId;
}

/** x - n pi/2 */
function reduced(g: Graph, x: NodeId, n: NodeId): TwoParts {
  const [a, b, c] = HALF_PI.map((part) => g.multiply(n, g.constant(part))) as [NodeId, NodeId, NodeId];
  const first = g.subtract(x, a);
  const second = g.subtract(first, b);
  const lost = g.subtract(c, g.subtract(g.subtract(first, second), b));
  const high = g.subtract(second, lost);
  return { high, low: g.subtract(g.subtract(second, high), lost) };
}

function sinNear0(g: Graph, { high, low }: TwoParts): NodeId {
  const z = g.multiply(high, high);
  const cube = g.multiply(z, high);
  const tail = g.multiply(cube, polynomial(g, z, SIN.slice(1)));
  const inner = g.subtract(g.multiply(z, g.subtract(g.multiply(g.constant(0.5), low), tail)), low);
  return g.subtract(high, g.subtract(inner, g.multiply(cube, g.constant(SIN[0] as number))));
}

function cosNear0(g: Graph, { high, low }: TwoParts): NodeId {
  const z = g.multiply(high, high);
  const tail = g.multiply(z, polynomial(g, z, COS));
  const half = g.multiply(g.constant(0.5), z);
  const one = g.constant(1);
  const top = g.subtract(one, half);
  const lost = g.subtract(g.subtract(one, top), half);
  return g.add(top, g.add(lost, g.subtract(g.multiply(z, tail), g.multiply(high, low))));
}

export function atanGraph(g: Graph, x: NodeId): NodeId {
  const c = (value: number) => g.constant(value);
  const size = g.abs(x);
  const moved = [
    g.divide(g.subtract(g.add(size, size), c(1)), g.add(c(2), size)),
    g.divide(g.subtract(size, c(1)), g.add(size, c(1))),
    g.divide(g.subtract(size, c(1.5)), g.add(c(1), g.multiply(c(1.5), size))),
    g.divide(c(-1), size),
  ];
  const choose = (near: NodeId, others: readonly NodeId[]) =>
    others.reduce((now, next, i) => g.select("lessEqual", c(ATAN_FROM[i] as number), size, next, now), near);
  const r = choose(size, moved);
  const high = choose(
    c(0),
    ATAN_HIGH.map((value) => c(value)),
  );
  const low = choose(
    c(0),
    ATAN_LOW.map((value) => c(value)),
  );
  const z = g.multiply(r, r);
  const series = g.multiply(r, g.multiply(z, polynomial(g, z, ATAN)));
  const value = g.subtract(high, g.subtract(g.subtract(series, low), r));
  return g.select("less", x, c(0), g.negate(value), value);
}

/** c0 + z (c1 + z (c2 + ...)) */
const polynomial = (g: Graph, z: NodeId, coefficients: readonly number[]): NodeId =>
  coefficients.reduceRight(
    (sum, coefficient) => g.add(g.constant(coefficient), g.multiply(z, sum)),
    g.constant(0),
  );
