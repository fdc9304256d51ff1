import { describe, expect, test } from "vitest";
import { compileTerms } from "../compile/observer.ts";
import { ModelError } from "./diagnostic.ts";
import { missingParts, readModel } from "./read-model.ts";

const LAG = `part lag
title "First-order lag"
time clock until 1 h
parameters
  tau = 30 s within 1 .. 300 "time constant" source "a book"
inputs
  signal = 1 g/L "what is there"
    from 0.5 h 2
states
  felt = 0 g/L within 0 .. 100 "what is felt"
algebra
  error = signal - felt "what is missing"
equations
  dfelt/dt = error / tau
balances
  felt: d(felt)/dt = (signal - felt) / tau
`;

const model = (uses: string, rest = ""): string => `model tank
time t until 24 h
uses
  ${uses}
inputs
  S = 5 g/L "sugar"
${rest}
${LAG}`;

const DRAINS = `states
  V = 1 L within 0.1 .. 10
equations
  dV/dt = -0.1 L/h
`;

function problemsOf(text: string): string {
  try {
    readModel(text, "tank.twin");
  } catch (error) {
    if (error instanceof ModelError) return error.message;
    throw error;
  }
  return "";
}

describe("a part in a model", () => {
  test("brings its quantities under the name of the use, what it is given in place of its own", () => {
    const { model: read, warnings } = readModel(model("probe = lag(signal = S, tau = 1 min)"), "tank.twin");
    expect(warnings).toEqual([]);
    expect(read.parameters).toMatchObject([
      { name: "probe_tau", value: 60, unit: "s", low: 1, high: 300, text: "time constant", source: "a book" },
    ]);
    expect(read.inputs.map((u) => u.name)).toEqual(["S"]);
    expect(read.algebra.map((line) => line.name)).toEqual(["probe_signal", "probe_error"]);
    expect(read.states.map((s) => s.name)).toEqual(["probe_felt"]);
    expect(read.balances.map((b) => b.name)).toEqual(["probe_felt"]);
  });

  test("computes what it would compute alone, in the time unit of the model", () => {
    const { model: read } = readModel(model("probe = lag(signal = S)").replace("24 h", "24 d"), "tank.twin");
    const into = new Float64Array(1);
    const rate = read.states[0]?.rate;
    if (!rate) throw new Error("no state");
    compileTerms(read, [rate])(0, [2], [30], [5], into);
    expect(into[0]).toBeCloseTo((5 - 2) / (30 / 86400), 9);
  });

  test("keeps its own inputs and their changes when it is given none", () => {
    const { model: read } = readModel(
      model("probe = lag(felt = 2 g/L)", `algebra\n  half = S / 2`),
      "tank.twin",
    );
    expect(read.inputs.find((u) => u.name === "probe_signal")?.schedule).toEqual([
      { time: 0, value: 1 },
      { time: 0.5, value: 2 },
    ]);
    expect(read.states[0]?.initial).toEqual({ kind: "constant", value: 2 });
  });

  test("may be used twice, and inside another part", () => {
    const chain = `part chain
time t until 1 h
uses
  first = lag
  second = lag(signal = first_felt)
`;
    const { model: read } = readModel(`${model("c = chain(first_signal = S)")}${chain}`, "tank.twin");
    expect(read.states.map((s) => s.name)).toEqual(["c_first_felt", "c_second_felt"]);
    expect(read.algebra.map((line) => line.name)).toContain("c_second_signal");
  });

  test("without a name keeps its names: a model built on another", () => {
    const { model: read } = readModel(model("lag(signal = S)", DRAINS), "tank.twin");
    expect(read.states.map((s) => s.name)).toEqual(["felt", "V"]);
  });
});

test.each([
  ["probe = lagg(signal = S)", 'tank.twin:4:3: error: there is no part "lagg": did you mean lag?'],
  [
    "probe = lag(signl = S)",
    'tank.twin:4:15: error: lag has no parameter, input or state "signl": did you mean signal?',
  ],
  [
    "probe = lag(signal = S / 1 h)",
    "tank.twin:4:15: error: probe_signal is in g/L, but the right-hand side is in g/L/h",
  ],
  ["probe = lag(tau = 5 g)", "tank.twin:4:15: error: probe_tau is in s, but the right-hand side is in g"],
  ["probe = lag(tau = 500 s)", "tank.twin:4:15: error: probe_tau = 500 is outside its bounds 1 .. 300"],
  ["probe = lag(signal = nothing_like_it)", 'tank.twin:4:24: error: "nothing_like_it" is not known here'],
  ["probe = lag(signal = S, signal = S)", "tank.twin:4:27: error: signal is given twice"],
  ["my-probe = lag", 'tank.twin:4:3: error: a name has no hyphen: "my-probe"'],
  ["probe = lag(signal = S", 'tank.twin:4:25: error: expected ")" to close lag(, the line ends'],
])("use %s: %s", (use, message) => {
  expect(problemsOf(model(use))).toBe(message);
});

test("names that come twice are an error where the part is used", () => {
  expect(problemsOf(model("lag(signal = S)", DRAINS.replaceAll("V", "felt").replace("L", "g/L")))).toContain(
    '"felt" is defined twice: first as state in line 4',
  );
});

test("parts that use each other in a circle are shown as a circle", () => {
  const circle = "part a\nuses\n  x = b\npart b\nuses\n  y = a\n";
  expect(problemsOf(`model m\ntime t until 1 h\nuses\n  p = a\n${circle}`)).toContain("a uses b uses a");
});

test("what is wrong in a part is said where it stands, not where it is used", () => {
  expect(problemsOf(model("probe = lag(signal = S)").replace("error / tau", "eror / tau"))).toMatch(
    /^tank.twin:2\d:14: error: "eror" is not known here: did you mean error\?$/,
  );
});

test("missing parts are named, so that a library can bring them", () => {
  expect(missingParts("model m\ntime t until 1 h\nuses\n  a = one-part(x = 2)\n  two-part\n", "m")).toEqual([
    "one-part",
    "two-part",
  ]);
});
