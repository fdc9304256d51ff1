import { describe, expect, test } from "vitest";
import { runSbml } from "./run-sbml.ts";
import { applied, assignmentRule, leaf, math, parameter, sbml } from "./testing/sbml-text.ts";
import { readSbml } from "./twin-of.ts";

/** The value of a formula where x is a parameter, and where x changes (a state). */
function valueOf(formula: string, x: number, y = 0): [number, number] {
  const rules = assignmentRule("z", formula);
  const steady = sbml({ parameters: parameter("x", x) + parameter("y", y) + parameter("z"), rules });
  const moving = sbml({
    parameters: parameter("x", x) + parameter("y", y) + parameter("z"),
    rules: `${rules}<rateRule variable="x">${math(leaf(1))}</rateRule>`,
  });
  const value = (text: string) => {
    const [row] = runSbml(readSbml(text, "m.xml", [{ as: "value", id: "z" }]), [0]).rows;
    return row?.[0] ?? Number.NaN;
  };
  return [value(steady), value(moving)];
}

const { PI } = Math;
const cases: [string, string, (x: number, y: number) => number, number[], number?][] = [
  ["plus of three", applied("plus", "x", 1, 2), (x) => x + 3, [1.5]],
  ["plus of none", "<apply><plus/></apply>", () => 0, [1]],
  ["times of none", "<apply><times/></apply>", () => 1, [1]],
  ["minus of one", applied("minus", "x"), (x) => -x, [1.5]],
  ["power", applied("power", "x", "y"), (x, y) => x ** y, [1.5, -2, 0], 3],
  ["power, broken exponent", applied("power", "x", "y"), (x, y) => x ** y, [2, 0, -2], 0.5],
  ["root", applied("root", "x"), Math.sqrt, [2]],
  ["third root", `<apply><root/><degree><cn>3</cn></degree><ci>x</ci></apply>`, Math.cbrt, [8, 2]],
  ["abs", applied("abs", "x"), Math.abs, [-2, 2]],
  ["ln", applied("ln", "x"), Math.log, [3]],
  ["log", applied("log", "x"), Math.log10, [3]],
  ["log to a base", `<apply><log/><logbase><cn>2</cn></logbase><ci>x</ci></apply>`, Math.log2, [3]],
  ["floor", applied("floor", "x"), Math.floor, [-2.5, 2.5, 3]],
  ["ceiling", applied("ceiling", "x"), Math.ceil, [-2.5, 2.5, 3]],
  ["factorial", applied("factorial", "x"), (x) => [1, 1, 2, 6, 24, 120][x] ?? Number.NaN, [0, 1, 5, 2.5, -1]],
  ["quotient", applied("quotient", "x", "y"), (x, y) => Math.trunc(x / y), [7, -7], 3],
  ["rem", applied("rem", "x", "y"), (x, y) => x % y, [7, -7], 3],
  ["min", applied("min", "x", 2, 3), (x) => Math.min(x, 2), [1, 5]],
  ["max", applied("max", "x", 2, 3), (x) => Math.max(x, 3), [1, 5]],
  ["sin", applied("sin", "x"), Math.sin, [-2, 0.3, 100]],
  ["cos", applied("cos", "x"), Math.cos, [-2, 0.3, 100]],
  ["tan", applied("tan", "x"), Math.tan, [-2, 0.3]],
  ["sec", applied("sec", "x"), (x) => 1 / Math.cos(x), [0.3]],
  ["csc", applied("csc", "x"), (x) => 1 / Math.sin(x), [0.3]],
  ["cot", applied("cot", "x"), (x) => 1 / Math.tan(x), [0.3]],
  ["sinh", applied("sinh", "x"), Math.sinh, [-2, 0.3]],
  ["cosh", applied("cosh", "x"), Math.cosh, [-2, 0.3]],
  ["tanh", applied("tanh", "x"), Math.tanh, [-2, 0.3]],
  ["sech", applied("sech", "x"), (x) => 1 / Math.cosh(x), [0.3]],
  ["csch", applied("csch", "x"), (x) => 1 / Math.sinh(x), [0.3]],
  ["coth", applied("coth", "x"), (x) => 1 / Math.tanh(x), [0.3]],
  ["arcsin", applied("arcsin", "x"), Math.asin, [-1, -0.3, 1]],
  ["arccos", applied("arccos", "x"), Math.acos, [-1, -0.3, 1]],
  ["arctan", applied("arctan", "x"), Math.atan, [-40, -0.5, 0.3, 0.9, 1.7, 5]],
  ["arcsec", applied("arcsec", "x"), (x) => Math.acos(1 / x), [1.5]],
  ["arccsc", applied("arccsc", "x"), (x) => Math.asin(1 / x), [1.5]],
  ["arccot", applied("arccot", "x"), (x) => (x === 0 ? PI / 2 : Math.atan(1 / x)), [0, 1.5]],
  ["arcsinh", applied("arcsinh", "x"), Math.asinh, [-1e6, -0.3, 2]],
  ["arccosh", applied("arccosh", "x"), Math.acosh, [2]],
  ["arctanh", applied("arctanh", "x"), Math.atanh, [-0.3, 0.5]],
  ["arcsech", applied("arcsech", "x"), (x) => Math.acosh(1 / x), [0.5]],
  ["arccsch", applied("arccsch", "x"), (x) => Math.asinh(1 / x), [0.5]],
  ["arccoth", applied("arccoth", "x"), (x) => Math.atanh(1 / x), [2]],
  ["lt in a row", applied("lt", 0, "x", 2), (x) => Number(0 < x && x < 2), [-1, 0, 1, 2]],
  ["leq", applied("leq", 0, "x"), (x) => Number(0 <= x), [-1, 0, 1]],
  ["gt", applied("gt", "x", 0), (x) => Number(x > 0), [-1, 0, 1]],
  ["geq", applied("geq", "x", 0), (x) => Number(x >= 0), [-1, 0, 1]],
  ["eq", applied("eq", "x", 1), (x) => Number(x === 1), [0, 1]],
  ["neq", applied("neq", "x", 1), (x) => Number(x !== 1), [0, 1]],
  ["and of numbers", applied("and", "x", "y"), (x) => Number(x !== 0), [0, 2], 3],
  ["or", applied("or", "x", "<false/>"), (x) => Number(x !== 0), [0, 2]],
  ["xor of three", applied("xor", "x", "<true/>", "<true/>"), (x) => Number(x !== 0), [0, 2]],
  ["not", applied("not", "x"), (x) => Number(x === 0), [0, 2]],
  ["implies", applied("implies", "x", "y"), (x, y) => Number(x === 0 || y !== 0), [0, 2], 0],
  ["pi and e", applied("times", "<pi/>", "<exponentiale/>", "x"), (x) => PI * Math.E * x, [2]],
];

describe("each operator, of a constant and of a state", () => {
  test.each(cases)("%s", (_, formula, right, points, y = 0) => {
    for (const x of points) {
      for (const value of valueOf(formula, x, y)) {
        const expected = right(x, y);
        const isRight = Object.is(value, expected) || Math.abs(value - expected) < 1e-11;
        expect(isRight, `at ${x}: ${value}, expected ${expected}`).toBe(true);
      }
    }
  });
});

test("piecewise takes the first piece that holds, else otherwise", () => {
  const formula = `<piecewise><piece>${leaf(1)}${applied("lt", "x", 0)}</piece><piece>${leaf(2)}${applied("lt", "x", 5)}</piece><otherwise>${leaf(3)}</otherwise></piecewise>`;
  expect([-1, 0, 5].map((x) => valueOf(formula, x))).toEqual([
    [1, 1],
    [2, 2],
    [3, 3],
  ]);
});

test("numbers of every type", () => {
  const rational = '<cn type="rational">3<sep/>4</cn>';
  const notation = '<cn type="e-notation">2.5<sep/>-3</cn>';
  expect(valueOf(applied("plus", rational, notation, '<cn type="integer"> 7 </cn>'), 0)[0]).toBeCloseTo(
    7.7525,
    14,
  );
});
