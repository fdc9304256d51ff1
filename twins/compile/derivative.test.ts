import { describe, expect, test } from "vitest";
import type { TwinModel } from "../language/model.ts";
import { readModel } from "../language/read-model.ts";
import { RODAS4 } from "../solvers/rodas4.ts";
import { BACK_ENDS, libraryModel, nominal, runAll } from "../testing/models.ts";
import { gradients } from "./derivative.ts";
import { rightHandSide } from "./from-terms.ts";
import type { NodeId } from "./graph.ts";
import { compileNodes, type Evaluator } from "./observer.ts";

const FUNCTIONS = readModel(
  `model functions
time t until 1 h
parameters
  one = 1 /h
states
  x = 0.7
  y = 1.3
  z = 2.1
equations
  dx/dt = one * (exp(-x * y) + log(z) * tanh(x - y) - x / (y + z))
  dy/dt = one * ((x + 1) ^ 1.7 + y ^ x + sqrt(z) + abs(x - y) + min(x, y) * max(y, z))
  dz/dt = one * (if(x < y, x * z, y) - z ^ 3 + 2 ^ (0 - z) + 1 / (1 + y * y))
`,
  "functions.twin",
).model;

function jacobian(model: TwinModel, division: "divide" | "inverse"): Evaluator {
  return compileNodes(model, (graph, environment) => {
    const y = model.states.map((state) => environment.get(state.name) as NodeId);
    const rows = gradients(graph, rightHandSide(graph, model, environment, division), y);
    return rows.flatMap((row) => y.map((_, j) => row.get(j) ?? graph.constant(0)));
  });
}

/** Central differences of fourth order. */
function differences(
  model: TwinModel,
  t: number,
  at: Float64Array,
  p: Float64Array,
  u: Float64Array,
): number[][] {
  const rates = compileNodes(model, (graph, environment) =>
    rightHandSide(graph, model, environment, "divide"),
  );
  const n = at.length;
  return Array.from({ length: n }, (_, j) => {
    const h = 1e-3 * Math.max(1e-6, Math.abs(at[j] as number));
    const shifted = (k: number) => {
      const into = new Float64Array(n);
      rates(
        t,
        at.map((value, i) => (i === j ? value + k * h : value)),
        p,
        u,
        into,
      );
      return into;
    };
    const [a, b, c, d] = [-2, -1, 1, 2].map(shifted) as [
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    return Array.from(
      a,
      (_, i) =>
        ((a[i] as number) - 8 * (b[i] as number) + 8 * (c[i] as number) - (d[i] as number)) / (12 * h),
    );
  });
}

describe.each(["divide", "inverse"] as const)(
  "exact Jacobian against differences, division by %s",
  (division) => {
    const models = [FUNCTIONS, libraryModel("cho-fed-batch-oxygen"), libraryModel("ecoli-fed-batch")];
    test.each(models.map((model) => [model.name, model] as const))("%s", (_, model) => {
      const parameters = nominal(model);
      const inputs = Float64Array.from(model.inputs, (input) => input.schedule.at(-1)?.value ?? 0);
      const kernel = BACK_ENDS[0] as (typeof BACK_ENDS)[number];
      const { samples } = runAll(kernel.compile(model, RODAS4), {
        outputs: Float64Array.of(model.time.end * 0.4),
      });
      const y = samples.slice(0, model.states.length);
      const into = new Float64Array(y.length ** 2);
      jacobian(model, division)(model.time.end * 0.4, y, parameters, inputs, into);
      const expected = differences(model, model.time.end * 0.4, y, parameters, inputs);
      const largest = Math.max(...into.map(Math.abs));
      into.forEach((entry, k) => {
        const difference = entry - (expected[k % y.length]?.[Math.floor(k / y.length)] ?? Number.NaN);
        expect(Math.abs(difference), `entry ${k}`).toBeLessThan(
          1e-7 * Math.max(Math.abs(entry), largest * 1e-3),
        );
      });
    });
  },
);

test("a power of a state that is 0 does not stop the stiff method", () => {
  const model = readModel(
    "model root\ntime t until 4 h\nparameters\n  k = 1 /h\nstates\n  x = 0\n  y = 1\nequations\n  dx/dt = k * (y - x ^ 1.5)\n  dy/dt = 0 * k\n",
    "root.twin",
  ).model;
  for (const { compile } of BACK_ENDS) {
    const { outcomes, finals } = runAll(compile(model, RODAS4));
    expect(outcomes[0]?.failure).toBeUndefined();
    expect(finals[0]).toBeGreaterThan(0.98);
  }
});
