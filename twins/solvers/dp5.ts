/**
 * Dormand and Prince 5(4) with its continuous extension of order 4 (Hairer, Norsett, Wanner: Solving
 * ODE I, table II.5.2 and section II.6). Explicit: for non-stiff models.
 */
import { rightHandSide } from "../compile/from-terms.ts";
import { LEVEL, type NodeId } from "../compile/graph.ts";
import { at, combination, type Method, type StepInputs, type StepNodes } from "./step.ts";

const NODES = [0, 1 / 5, 3 / 10, 4 / 5, 8 / 9, 1, 1];
const STAGES = [
  [],
  [1 / 5],
  [3 / 40, 9 / 40],
  [44 / 45, -56 / 15, 32 / 9],
  [19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729],
  [9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656],
  [35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84],
];
const ERROR = [71 / 57600, 0, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40];
const DENSE = [
  -12715105075 / 11282082432,
  0,
  87487479700 / 32700410799,
  -10690763975 / 1880347072,
  701980252875 / 199316789632,
  -1453857185 / 822651844,
  69997945 / 29380423,
];

export const DP5: Method = {
  name: "dp5",
  title: "Dormand-Prince 5(4)",
  order: 5,
  carriesSlope: true,
  denseCount: 5,
  control: { safety: 0.95, integral: 0.1, proportional: 0.02, predictive: false, grow: 10, shrink: 0.2 },
  build,
};

function build(inputs: StepInputs): StepNodes {
  const { graph, model, t, h, y } = inputs;
  const atStart = rightHandSide(graph, model, at(inputs, t, y), "divide");
  const isSteady = atStart.map((rate) => graph.node(rate).level < LEVEL.step);
  const stepped = (weights: readonly number[]) =>
    weights.map((weight) => graph.multiply(h, graph.constant(weight)));
  const slopes = [atStart.map((rate, i) => (isSteady[i] ? rate : (inputs.slope[i] as NodeId)))];
  let next = y;
  for (let stage = 1; stage < STAGES.length; stage++) {
    const weights = stepped(STAGES[stage] as number[]);
    const length = graph.multiply(h, graph.constant(NODES[stage] as number));
    next = y.map((yi, i) => {
      const change = isSteady[i]
        ? graph.multiply(length, atStart[i] as NodeId)
        : combination(graph, weights, slopes, i);
      return graph.add(yi, change);
    });
    slopes.push(rightHandSide(graph, model, at(inputs, graph.add(t, length), next), "divide"));
  }
  const last = slopes.at(-1) as readonly NodeId[];
  const [errorWeights, denseWeights] = [stepped(ERROR), stepped(DENSE)];
  const unlessSteady = (weights: readonly NodeId[], i: number) =>
    isSteady[i] ? graph.constant(0) : combination(graph, weights, slopes, i);
  const errors = y.map((_, i) => unlessSteady(errorWeights, i));
  const dense = y.map((yi, i) => {
    const change = graph.subtract(next[i] as NodeId, yi);
    const bend = graph.subtract(graph.multiply(h, slopes[0]?.[i] as NodeId), change);
    const twist = graph.subtract(graph.subtract(change, graph.multiply(h, last[i] as NodeId)), bend);
    return [yi, change, bend, twist, unlessSteady(denseWeights, i)];
  });
  return { next, errors, slopeAtEnd: last, dense };
}
