/**
 * Rodas4: Rosenbrock method of order 4(3) with six stages, L-stable, stiffly accurate, with a
 * continuous extension of order 3 (Hairer, Wanner: Solving ODE II, section IV.7, code RODAS).
 * One exact Jacobian and one sparse factorisation a step, no iteration: for stiff models.
 */
import { gradients } from "../compile/derivative.ts";
import { rightHandSide } from "../compile/from-terms.ts";
import type { NodeId } from "../compile/graph.ts";
import { type Factorisation, factorise } from "../compile/sparse-lu.ts";
import { at, combination, type Method, type StepInputs, type StepNodes, weighted } from "./step.ts";

const GAMMA = 0.25;
const NODES = [0, 0.386, 0.21, 0.63, 1, 1];
const TIME_WEIGHTS = [0.25, -0.1043, 0.1035, -0.03620000000000023, 0, 0];
const STAGES = [
  [],
  [1.544],
  [0.9466785280815826, 0.2557011698983284],
  [3.314825187068521, 2.896124015972201, 0.9986419139977817],
  [1.221224509226641, 6.019134481288629, 12.53708332932087, -0.687886036105895],
];
const COUPLING = [
  [],
  [-5.6688],
  [-2.430093356833875, -0.2063599157091915],
  [-0.1073529058151375, -9.594562251023355, -20.47028614809616],
  [7.496443313967647, -10.24680431464352, -33.99990352819905, 11.7089089320616],
  [8.083246795921522, -7.981132988064893, -31.52159432874371, 16.31930543123136, -6.058818238834054],
];
const DENSE = [
  [10.12623508344586, -7.487995877610167, -34.80091861555747, -7.992771707568823, 1.025137723295662],
  [-0.6762803392806898, 6.087714651680015, 16.43084320892478, 24.76722511418386, -6.594389125716872],
];

export const RODAS4: Method = {
  name: "rodas4",
  title: "Rodas4",
  order: 4,
  carriesSlope: false,
  denseCount: 4,
  control: { safety: 0.9, integral: 0.125, proportional: 0, predictive: true, grow: 8, shrink: 0.2 },
  build,
};

function build(inputs: StepInputs): StepNodes {
  const { graph, model, t, h, y } = inputs;
  const slope = rightHandSide(graph, model, at(inputs, t, y), "inverse");
  const { factors, byTime } = prepare(inputs, slope);
  const inverseStep = graph.divide(graph.constant(1), h);
  const driven = (stage: number, i: number): NodeId =>
    graph.multiply(graph.multiply(h, graph.constant(TIME_WEIGHTS[stage] as number)), byTime[i] as NodeId);
  const increments = [factors.solve(slope.map((f, i) => graph.add(f, driven(0, i))))];
  let place = y;
  for (let stage = 1; stage < COUPLING.length; stage++) {
    const last = increments[stage - 1] as NodeId[];
    const weights = STAGES[stage];
    place = weights
      ? y.map((yi, i) => graph.add(yi, weighted(graph, weights, increments, i)))
      : place.map((yi, i) => graph.add(yi, last[i] as NodeId));
    const time = graph.add(t, graph.multiply(h, graph.constant(NODES[stage] as number)));
    const rate = rightHandSide(graph, model, at(inputs, time, place), "divide");
    const coupling = (COUPLING[stage] as number[]).map((c) => graph.multiply(inverseStep, graph.constant(c)));
    const right = rate.map((f, i) =>
      graph.add(graph.add(f, combination(graph, coupling, increments, i)), driven(stage, i)),
    );
    increments.push(factors.solve(right));
  }
  const errors = increments.at(-1) as NodeId[];
  const next = place.map((yi, i) => graph.add(yi, errors[i] as NodeId));
  const dense = y.map((yi, i) => [
    yi,
    graph.subtract(next[i] as NodeId, yi),
    ...DENSE.map((row) => weighted(graph, row, increments, i)),
  ]);
  return { next, errors, slopeAtEnd: [], dense };
}

/** The factors of 1/(h gamma) I - J at the start of the step, and df/dt. */
function prepare(inputs: StepInputs, slope: readonly NodeId[]): { factors: Factorisation; byTime: NodeId[] } {
  const { graph, t, h, y } = inputs;
  const diagonal = graph.divide(graph.constant(1 / GAMMA), h);
  const rows = gradients(graph, slope, [...y, t]);
  const matrix = rows.map((gradient, i) => {
    const row = new Map<number, NodeId>();
    for (const [j, entry] of gradient)
      if (j < y.length && graph.valueOf(entry) !== 0) row.set(j, graph.negate(entry));
    const own = row.get(i);
    row.set(i, own === undefined ? diagonal : graph.subtract(diagonal, graph.negate(own)));
    return row;
  });
  return { factors: factorise(graph, matrix), byTime: rows.map((g) => g.get(y.length) ?? graph.constant(0)) };
}
