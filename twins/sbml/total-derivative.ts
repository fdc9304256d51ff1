/** Rate of change of a term along a trajectory, from the rates of its names: the chain rule. */
import type { Term } from "../language/model.ts";
import { add, apply, constant, divide, isConstant, multiply, ONE, ZERO } from "./term.ts";

/** `rate` gives d(name)/dt. Steps (floor, the moment of a switch) count as rate 0. */
export function totalDerivative(term: Term, rate: (name: string) => Term): Term {
  if (term.kind === "constant") return ZERO;
  if (term.kind === "name") return rate(term.name);
  const [a, b, c, d] = term.operands as [Term, Term, Term, Term];
  const of = (part: Term): Term => totalDerivative(part, rate);
  const times = (x: Term, y: Term): Term => (isConstant(x, 0) || isConstant(y, 0) ? ZERO : multiply(x, y));
  const minus = (x: Term, y: Term): Term => (isConstant(y, 0) ? x : apply("subtract", x, y));
  switch (term.operation) {
    case "add":
      return add(of(a), of(b));
    case "subtract":
      return minus(of(a), of(b));
    case "negate":
      return minus(ZERO, of(a));
    case "multiply":
      return add(times(of(a), b), times(a, of(b)));
    case "divide": {
      const top = minus(of(a), times(term, of(b)));
      return isConstant(top, 0) ? ZERO : divide(top, b);
    }
    case "power": {
      const lower = apply("power", a, minus(b, ONE));
      return add(times(of(a), times(b, lower)), times(of(b), times(term, apply("log", a))));
    }
    case "exp":
      return times(of(a), term);
    case "log":
      return divide(of(a), a);
    case "sqrt":
      return divide(of(a), multiply(constant(2), term));
    case "tanh":
      return times(of(a), minus(ONE, multiply(term, term)));
    case "sin":
      return times(of(a), apply("cos", a));
    case "cos":
      return times(of(a), apply("negate", apply("sin", a)));
    case "atan":
      return divide(of(a), add(ONE, multiply(a, a)));
    case "floor":
      return ZERO;
    case "abs":
      return apply("less", a, ZERO, apply("negate", of(a)), of(a));
    case "min":
      return apply("less", a, b, of(a), of(b));
    case "max":
      return apply("less", b, a, of(a), of(b));
    case "less":
    case "lessEqual":
      return apply(term.operation, a, b, of(c), of(d));
  }
}
