import { describe, expect, test } from "vitest";
import type { Term, TwinModel } from "../language/model.ts";
import { readModel } from "../language/read-model.ts";
import { DP5 } from "../solvers/dp5.ts";
import { RODAS4 } from "../solvers/rodas4.ts";
import type { Method } from "../solvers/step.ts";
import { BACK_ENDS, libraryModel, runAll, spread } from "../testing/models.ts";

/** Uses every function and every bit operation, time itself, and an event. */
const EVERYTHING = readModel(
  `model everything
time t until 20 h
parameters
  a = 1.3
  k = 0.2 /h
states
  x = 0.5
  y = 2
  n = 0
algebra
  u = exp(-x * x) + log(y * y + 2) + tanh(x - y) + (x * x + 1) ^ a + sqrt(y * y + 1) + abs(x - 1)
  w = if(x < y, min(x, 1), max(y, 0.1))
equations
  dx/dt = k * (w - x) + k * tanh(t * k) - 0.05 /h * tanh(u)
  dy/dt = k * (exp(-y * y) - 0.3 * y) + k * 0.1 * u
  dn/dt = k * u
events
  full: when n rises above 3 then n = n - 3, y = y / 2
`,
  "everything.twin",
).model;

/** The functions that only models read from SBML have. */
const CIRCULAR = {
  ...EVERYTHING,
  name: "circular",
  algebra: EVERYTHING.algebra.map((line) => ({
    ...line,
    value: (["sin", "cos", "atan", "floor"] as const).reduce<Term>(
      (sum, operation) => ({
        kind: "apply",
        operation: "add",
        operands: [sum, { kind: "apply", operation, operands: [line.value] }],
      }),
      line.value,
    ),
  })),
};

const cases: [string, TwinModel, Method, number][] = [
  ["CHO fed-batch, Dormand-Prince", libraryModel("cho-fed-batch"), DP5, 1000],
  ["CHO fed-batch, Rodas4", libraryModel("cho-fed-batch"), RODAS4, 200],
  ["CHO fed-batch with oxygen, Rodas4", libraryModel("cho-fed-batch-oxygen"), RODAS4, 1000],
  ["every function and events, Dormand-Prince", EVERYTHING, DP5, 301],
  ["every function and events, Rodas4", EVERYTHING, RODAS4, 301],
  ["circular functions, Dormand-Prince", CIRCULAR, DP5, 101],
  ["circular functions, Rodas4", CIRCULAR, RODAS4, 101],
];

const bytes = (values: Float64Array): Uint8Array =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

describe("all back ends give the same bytes: final states, samples and step counts", () => {
  test.each(cases)("%s", (_, model, method, count) => {
    const parameters = spread(model, count);
    const outputs = Float64Array.from({ length: 7 }, (_, i) => (model.time.end * i) / 6.5);
    const results = BACK_ENDS.map(({ compile }) => runAll(compile(model, method), { outputs }, parameters));
    const [first] = results;
    if (!first) throw new Error("no back end");
    expect(first.outcomes.every((outcome) => outcome.failure === undefined)).toBe(true);
    for (const result of results) {
      expect(Buffer.compare(bytes(result.finals), bytes(first.finals))).toBe(0);
      expect(Buffer.compare(bytes(result.samples), bytes(first.samples))).toBe(0);
      expect(result.outcomes).toEqual(first.outcomes);
    }
  });
});

test("a trajectory's bytes do not depend on its neighbours", () => {
  const model = libraryModel("cho-fed-batch-oxygen");
  const parameters = spread(model, 21);
  const kernel = (BACK_ENDS.find((b) => b.name === "WebAssembly") ?? BACK_ENDS[0])?.compile(model, RODAS4);
  if (!kernel) throw new Error("no back end");
  const together = runAll(kernel, {}, parameters).finals;
  parameters.forEach((row, i) => {
    const alone = runAll(kernel, {}, [row]).finals;
    const states = model.states.length;
    expect(alone).toEqual(together.slice(i * states, (i + 1) * states));
  });
});
