import { describe, expect, test } from "vitest";
import { formatDiagnostic, ModelError } from "./diagnostic.ts";
import { readModel } from "./read-model.ts";

/** A model that is right; tests replace or add lines. */
const RIGHT = `model tank
title "A stirred tank"
time t until 10 h

parameters
  mu_max = 0.4 /h   within 0.01 .. 2  "growth rate"  source "Monod 1949"
  K_s    = 0.1 g/L
  Y      = 0.5 g/g
  tau    = 30 s

inputs
  F = 0.1 L/h within 0 .. 1 "feed"
    from 2 h 0.2

states
  V = 1 L      within 0.1 .. 10
  X = 0.2 g/L  within 0 .. 100
  S = 5 g/L    within 0 .. 100
  P = 5 g/L    within 0 .. 100

algebra
  mu = mu_max * S / (K_s + S) in /h

equations
  dV/dt = F
  dX/dt = (mu - F / V) * X
  dS/dt = -mu * X / Y - F / V * S
  dP/dt = (S - P) / tau
`;

const withLine = (line: string, replacement: string): string => {
  expect(RIGHT).toContain(line);
  return RIGHT.replace(line, replacement);
};

function problemsOf(text: string): string {
  try {
    const { warnings } = readModel(text, "tank.twin");
    return warnings.map((warning) => formatDiagnostic("tank.twin", warning)).join("\n");
  } catch (error) {
    if (error instanceof ModelError) return error.message;
    throw error;
  }
}

test("a right model is read without a word", () => {
  expect(problemsOf(RIGHT)).toBe("");
});

test("quantities of different scale are brought together by a factor", () => {
  const { model } = readModel(RIGHT, "tank.twin");
  const probe = model.states.find((state) => state.name === "P");
  expect(probe?.rate).toEqual({
    kind: "apply",
    operation: "multiply",
    operands: [expect.objectContaining({ operation: "divide" }), { kind: "constant", value: 3600 }],
  });
});

test("schedule: changes of an input are kept with their times", () => {
  expect(readModel(RIGHT, "tank.twin").model.inputs[0]?.schedule).toEqual([
    { time: 0, value: 0.1 },
    { time: 2, value: 0.2 },
  ]);
});

test("what a bare number counts is told, and is no unit in formulas", () => {
  const { model } = readModel(withLine("Y      = 0.5 g/g", "Y      = 0.5 as mg/g"), "tank.twin");
  expect(model.parameters.find(({ name }) => name === "Y")).toMatchObject({ value: 0.5, unit: "mg/g" });
  expect(model.states.find(({ name }) => name === "S")?.rate).toEqual(
    readModel(RIGHT, "tank.twin").model.states.find(({ name }) => name === "S")?.rate,
  );
});

describe("every class of error has its message, with line and column", () => {
  const cases: [string, string, string, string][] = [
    [
      "sum of different dimensions",
      "(mu - F / V) * X",
      "(mu - F) * X",
      "26:15: error: cannot subtract: the left side is in /h, the right side is in L/h",
    ],
    [
      "equation of the wrong dimension",
      "dV/dt = F",
      "dV/dt = F / V",
      "25:3: error: dV/dt is in L/h, but the right-hand side is in /h",
    ],
    [
      "declared unit of an algebraic line",
      "in /h",
      "in g/L",
      "22:3: error: mu is in g/L, but the right-hand side is in /h",
    ],
    [
      "unknown name",
      "mu_max * S /",
      "mu_mx * S /",
      '22:8: error: "mu_mx" is not known here: did you mean mu_max?',
    ],
    [
      "unknown name with two letters swapped",
      "mu_max * S /",
      "um_max * S /",
      '22:8: error: "um_max" is not known here: did you mean mu_max?',
    ],
    [
      "unknown name with nothing like it",
      "dV/dt = F",
      "dV/dt = zebra",
      '25:11: error: "zebra" is not known here',
    ],
    [
      "unknown unit",
      "K_s    = 0.1 g/L",
      "K_s    = 0.1 gg/L",
      '7:16: error: unit "gg" is not known: did you mean g?',
    ],
    [
      "an instrument's spelling of a unit",
      "tau    = 30 s",
      "tau    = 30 rpm",
      '9:15: error: unit "rpm" is not known: did you mean {rev}/min?',
    ],
    [
      "shifted unit",
      "tau    = 30 s",
      "tau    = 30 Cel",
      "9:15: error: unit Cel cannot stand in an equation (its scale is shifted or logarithmic): use K",
    ],
    [
      "state without equation",
      "  dV/dt = F\n",
      "",
      "16:3: error: state V has no equation: write dV/dt = ...",
    ],
    [
      "equation without state",
      "dV/dt = F",
      "dW/dt = F",
      '25:3: error: "W" is not a state: did you mean dV/dt?',
    ],
    ["equation twice", "dV/dt = F", "dV/dt = F\n  dV/dt = F", "26:3: error: dV/dt is defined twice"],
    [
      "name twice",
      "tau    = 30 s",
      "K_s    = 30 s",
      '9:3: error: "K_s" is defined twice: first as parameter in line 7',
    ],
    ["name of a function", "tau    = 30 s", "exp    = 30 s", '9:3: error: "exp" is the name of a function'],
    [
      "reversed bounds",
      "within 0.01 .. 2",
      "within 2 .. 0.01",
      "6:21: error: bounds are reversed: 2 is above 0.01",
    ],
    [
      "value outside its bounds",
      "mu_max = 0.4",
      "mu_max = 4",
      "6:3: error: mu_max = 4 is outside its bounds 0.01 .. 2",
    ],
    [
      "start outside its bounds",
      "V = 1 L ",
      "V = 0 L ",
      "16:3: error: V starts at 0, outside its bounds 0.1 .. 10",
    ],
    [
      "scheduled value outside its bounds",
      "from 2 h 0.2",
      "from 2 h 20",
      "13:5: error: F = 20 is outside its bounds 0 .. 1",
    ],
    [
      "changes out of order",
      "from 2 h 0.2",
      "from 2 h 0.2\n    from 1 h 0.3",
      "14:5: error: changes must be in order of time: 1 is not after 2",
    ],
    [
      "counted unit of what has a unit already",
      "K_s    = 0.1 g/L",
      "K_s    = 0.1 g/L as mg/L",
      '7:23: error: K_s is in g/L: "as mg/L" is for bare numbers; to convert write "in mg/L"',
    ],
    [
      "unknown counted unit",
      "Y      = 0.5 g/g",
      "Y      = 0.5 as gg/g",
      '8:19: error: unit "gg" is not known: did you mean g?',
    ],
    ["negative volume", "V = 1 L ", "V = -1 L ", "16:3: error: V starts at -1, outside its bounds 0.1 .. 10"],
    ["NaN", "tau    = 30 s", "tau    = NaN", '9:12: error: "NaN" is not known here'],
    [
      "number too large",
      "tau    = 30 s",
      "tau    = 1e999 s",
      "9:3: error: parameter tau is not a finite number",
    ],
    [
      "formula as parameter",
      "tau    = 30 s",
      "tau    = 2 * 15 s",
      "9:3: error: parameter tau must be a number; a formula belongs in algebra",
    ],
    ["unknown function", "-mu * X", "-sine(mu) * X", '27:12: error: function "sine" is not known'],
    [
      "misspelled function",
      "-mu * X",
      "-sqr(mu) * X",
      '27:12: error: function "sqr" is not known: did you mean sqrt?',
    ],
    ["too few arguments", "-mu * X", "-max(mu) * X", "27:12: error: max takes 2 arguments, found 1"],
    [
      "function of a quantity",
      "-mu * X",
      "-exp(S) * X",
      "27:12: error: exp takes a pure number, but its argument is in g/L",
    ],
    [
      "exponent with a unit",
      "-mu * X",
      "-mu * X ^ S",
      "27:19: error: an exponent has no unit, but this one is in g/L",
    ],
    [
      "quantity to a variable power",
      "-mu * X",
      "-mu * X ^ (S / P)",
      "27:19: error: a quantity in g/L can only be raised to a constant power",
    ],
    [
      "condition of if",
      "-mu * X",
      "-if(S, mu, mu) * X",
      "27:15: error: the first argument of if is a comparison, for example if(S < 0.1 g/L, 0, mu)",
    ],
    [
      "branches of if",
      "-mu * X",
      "-if(S < 1 g/L, mu, S) * X",
      "27:12: error: cannot choose: the left side is in /h, the right side is in g/L",
    ],
    [
      "circle",
      "mu = mu_max",
      "a = b\n  b = a\n  mu = mu_max",
      "22:3: error: algebraic lines depend on each other in a circle: a -> b -> a",
    ],
    [
      "unknown section",
      "equations",
      "equation",
      '24:1: error: "equation" is not a section: did you mean equations?',
    ],
    [
      "indented line at the start",
      "model tank",
      "  model tank",
      "1:1: error: an indented line before the first section",
    ],
    [
      "formula that stops",
      "dV/dt = F",
      "dV/dt = F *",
      "25:14: error: expected a number, a name or (, the line ends",
    ],
    [
      "parenthesis left open",
      "(K_s + S)",
      "(K_s + S",
      '22:30: error: expected ")" to close the parenthesis, found "in"',
    ],
    ["strange character", "dV/dt = F", "dV/dt = F $ 2", '25:13: error: unexpected character "$"'],
    ["text left open", '"growth rate"', '"growth rate', '6:71: error: text without a closing "'],
    ["left side of an equation", "dV/dt = F", "V = F", '25:3: error: expected d<state>/dt, found "V"'],
    [
      "change before any input",
      "  F = 0.1 L/h within",
      "  from 1 h 2\n  F = 0.1 L/h within",
      '12:3: error: "from" before any input',
    ],
  ];
  test.each(cases)("%s", (_, line, replacement, message) => {
    expect(problemsOf(withLine(line, replacement)).split("\n")).toContain(`tank.twin:${message}`);
  });
});

test("all lines in error are reported at once, in order of place", () => {
  const text = withLine("dV/dt = F", "dV/dt = zebra").replace("tau    = 30 s", "tau    = 30 rpm");
  expect(
    problemsOf(text)
      .split("\n")
      .map((line) => line.split(":")[1]),
  ).toEqual(["9", "25"]);
});

test("parts without which there is no model are named", () => {
  expect(problemsOf("")).toBe(
    [
      'tank.twin:1:1: error: missing: the first line is "model <name>"',
      'tank.twin:1:1: error: missing: a line "time t until 336 h" names the time variable and the end',
      'tank.twin:1:1: error: missing: a section "states" declares at least one state',
    ].join("\n"),
  );
});

describe("warnings", () => {
  test("a name that nothing uses", () => {
    expect(problemsOf(withLine("tau    = 30 s", "tau    = 30 s\n  tau2   = 30 s"))).toBe(
      "tank.twin:10:3: warning: parameter tau2 is never used",
    );
  });

  test("division by a state that can be zero", () => {
    expect(problemsOf(withLine("within 0.1 .. 10", "within 0 .. 10"))).toBe(
      [
        "tank.twin:26:3: warning: dX/dt divides by something that can be zero when V is in 0 .. 10: give V bounds that exclude it",
        "tank.twin:27:3: warning: dS/dt divides by something that can be zero when V is in 0 .. 10: give V bounds that exclude it",
      ].join("\n"),
    );
  });

  test("division by a state without bounds", () => {
    expect(problemsOf(withLine("V = 1 L      within 0.1 .. 10", "V = 1 L")).split("\n")[0]).toBe(
      "tank.twin:26:3: warning: dX/dt divides by something that can be zero when V is without bounds: give V bounds that exclude it",
    );
  });
});

describe("events", () => {
  const event = (text: string) => `${RIGHT}\nevents\n  ${text}\n`;

  test("set states when a quantity passes a threshold", () => {
    const { model } = readModel(
      event("top_up: when S falls below 0.5 g/L then S = S + 2 g/L, stop"),
      "tank.twin",
    );
    expect(model.events).toMatchObject([
      { name: "top_up", direction: -1, stops: true, assignments: [{ state: "S" }] },
    ]);
  });

  test.each([
    [
      "x: when S falls below 0.5 h then stop",
      "31:3: error: cannot compare: the left side is in g/L, the right side is in h",
    ],
    [
      "x: when S falls below 0.5 g/L then mu = 0",
      '31:38: error: an event sets states only, and "mu" is not a state',
    ],
    [
      "x: when S sinks below 0.5 g/L then stop",
      '31:13: error: expected "falls" or "rises" after what is watched, found "sinks"',
    ],
    [
      "x: when S falls below 0.5 g/L then S = 1 h",
      "31:38: error: S is in g/L, but the right-hand side is in h",
    ],
  ])("%s", (text, message) => {
    expect(problemsOf(event(text)).split("\n")).toContain(`tank.twin:${message}`);
  });
});
