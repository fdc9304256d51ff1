/**
 * MathML operators as terms. Arc functions come from atan, hyperbolic ones from exp and log.
 * Truth values are 1 and 0; what each operator takes and gives is in its entry.
 */
import type { Term } from "../language/model.ts";
import { add, apply, constant, divide, equal, multiply, not, ONE, ZERO } from "./term.ts";

export interface Operator {
  readonly least: number;
  readonly most: number;
  /** Its operands are conditions. */
  readonly takesTruth: boolean;
  readonly givesTruth: boolean;
  readonly build: (...operands: Term[]) => Term;
}

const MANY = Number.POSITIVE_INFINITY;
const number = (least: number, most: number, build: Operator["build"]): Operator => ({
  least,
  most,
  takesTruth: false,
  givesTruth: false,
  build,
});
const unary = (build: (x: Term) => Term): Operator => number(1, 1, build);
const binary = (build: (a: Term, b: Term) => Term): Operator => number(2, 2, build);
const logical = (least: number, most: number, build: Operator["build"]): Operator => ({
  ...number(least, most, build),
  takesTruth: true,
  givesTruth: true,
});
/** a < b < c: true where every neighbouring pair is. */
const relation = (pair: (a: Term, b: Term) => Term): Operator => ({
  ...number(2, MANY, (...list) =>
    list
      .slice(1)
      .map((b, i) => pair(list[i] as Term, b))
      .reduce((x, y) => multiply(x, y)),
  ),
  givesTruth: true,
});

const less = (a: Term, b: Term): Term => apply("less", a, b, ONE, ZERO);
const lessEqual = (a: Term, b: Term): Term => apply("lessEqual", a, b, ONE, ZERO);
const subtract = (a: Term, b: Term): Term => apply("subtract", a, b);
const negate = (a: Term): Term => apply("negate", a);
const inverse = (a: Term): Term => divide(ONE, a);
const exp = (a: Term): Term => apply("exp", a);
const log = (a: Term): Term => apply("log", a);
const sqrt = (a: Term): Term => apply("sqrt", a);
const atan = (a: Term): Term => apply("atan", a);
const floor = (a: Term): Term => apply("floor", a);
const half = constant(0.5);
const two = constant(2);
const square = (a: Term): Term => multiply(a, a);

/** Towards 0. */
const whole = (a: Term): Term => apply("less", a, ZERO, negate(floor(negate(a))), floor(a));
const modulo = (a: Term, b: Term): Term => subtract(a, multiply(b, whole(divide(a, b))));

/** The engine's own power wants a base of at least 0; below, whole exponents are even or odd. */
export function power(base: Term, exponent: Term): Term {
  if (exponent.kind === "constant" && Number.isInteger(exponent.value) && Math.abs(exponent.value) <= 32)
    return apply("power", base, exponent);
  const size = apply("power", apply("abs", base), exponent);
  const isEven = equal(floor(multiply(half, exponent)), multiply(half, exponent));
  const odd = apply("less", half, isEven, size, negate(size));
  const isWhole = equal(floor(exponent), exponent);
  const below = apply("less", half, isWhole, odd, constant(Number.NaN));
  return apply("less", base, ZERO, below, size);
}

/** Odd: of the size, with the sign put back, so that nothing cancels for x far below 0. */
const asinh = (x: Term): Term => {
  const size = apply("abs", x);
  const value = log(add(size, sqrt(add(square(size), ONE))));
  return apply("less", x, ZERO, negate(value), value);
};
const acosh = (x: Term): Term => log(add(x, sqrt(subtract(square(x), ONE))));
const atanh = (x: Term): Term => multiply(half, log(divide(add(ONE, x), subtract(ONE, x))));
const asin = (x: Term): Term => multiply(two, atan(divide(x, add(ONE, sqrt(subtract(ONE, square(x)))))));
const acos = (x: Term): Term => multiply(two, atan(divide(sqrt(subtract(ONE, x)), sqrt(add(ONE, x)))));
const sin = (x: Term): Term => apply("sin", x);
const cos = (x: Term): Term => apply("cos", x);
const sinh = (x: Term): Term => multiply(half, subtract(exp(x), exp(negate(x))));
const cosh = (x: Term): Term => multiply(half, add(exp(x), exp(negate(x))));
const tanh = (x: Term): Term => apply("tanh", x);
const over = (f: (x: Term) => Term) => unary((x) => inverse(f(x)));
const ofInverse = (f: (x: Term) => Term) => unary((x) => f(inverse(x)));

/** Of whole numbers up to 170, the last whose factorial is finite; of all else NaN. */
const LARGEST_FACTORIAL = 170;
const factorial = unary((x) => {
  const products = [1];
  for (let n = 1; n <= LARGEST_FACTORIAL; n++) products.push((products[n - 1] as number) * n);
  const value = products.reduceRight<Term>(
    (rest, product, n) => apply("less", x, constant(n + 0.5), constant(product), rest),
    constant(Number.NaN),
  );
  const isWhole = multiply(equal(floor(x), x), lessEqual(ZERO, x));
  return apply("less", half, isWhole, value, constant(Number.NaN));
});

export const OPERATORS: Readonly<Record<string, Operator>> = {
  plus: number(0, MANY, (...list) => list.reduce(add, ZERO)),
  times: number(0, MANY, (...list) => list.reduce(multiply, ONE)),
  minus: number(1, 2, (a, b) => (b ? subtract(a as Term, b) : negate(a as Term))),
  divide: binary(divide),
  power: binary(power),
  root: unary(sqrt),
  "root with degree": binary((degree, x) =>
    degree.kind === "constant" && degree.value === 2 ? sqrt(x) : power(x, inverse(degree)),
  ),
  abs: unary((x) => apply("abs", x)),
  exp: unary(exp),
  ln: unary(log),
  log: unary((x) => divide(log(x), constant(Math.LN10))),
  "log with logbase": binary((base, x) => divide(log(x), log(base))),
  floor: unary(floor),
  ceiling: unary((x) => negate(floor(negate(x)))),
  factorial,
  min: number(1, MANY, (...list) => list.reduce((a, b) => apply("min", a, b))),
  max: number(1, MANY, (...list) => list.reduce((a, b) => apply("max", a, b))),
  quotient: binary((a, b) => whole(divide(a, b))),
  rem: binary(modulo),
  sin: unary(sin),
  cos: unary(cos),
  tan: unary((x) => divide(sin(x), cos(x))),
  sec: over(cos),
  csc: over(sin),
  cot: unary((x) => divide(cos(x), sin(x))),
  sinh: unary(sinh),
  cosh: unary(cosh),
  tanh: unary(tanh),
  sech: over(cosh),
  csch: over(sinh),
  coth: over(tanh),
  arcsin: unary(asin),
  arccos: unary(acos),
  arctan: unary(atan),
  arcsec: ofInverse(acos),
  arccsc: ofInverse(asin),
  arccot: ofInverse(atan),
  arcsinh: unary(asinh),
  arccosh: unary(acosh),
  arctanh: unary(atanh),
  arcsech: ofInverse(acosh),
  arccsch: ofInverse(asinh),
  arccoth: ofInverse(atanh),
  lt: relation(less),
  leq: relation(lessEqual),
  gt: relation((a, b) => less(b, a)),
  geq: relation((a, b) => lessEqual(b, a)),
  eq: relation(equal),
  neq: { ...relation(equal), most: 2, build: (a, b) => not(equal(a as Term, b as Term)) },
  and: logical(0, MANY, (...list) => list.reduce(multiply, ONE)),
  or: logical(0, MANY, (...list) => list.reduce((a, b) => apply("max", a, b), ZERO)),
  xor: logical(0, MANY, (...list) => list.reduce((a, b) => apply("abs", subtract(a, b)), ZERO)),
  not: logical(1, 1, (a) => not(a as Term)),
  implies: logical(2, 2, (a, b) => apply("max", not(a as Term), b as Term)),
};
