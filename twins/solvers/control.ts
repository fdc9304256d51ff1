/**
 * Error norm, step-size control and loop decisions of one attempt, as graph nodes.
 *
 * The norm is the root mean square of error / (atol + rtol |y|) over the states, |y| being the mean of
 * its sizes before and after: a mean has no branch. It is compared as a square, and its root is taken
 * from the exponent bits: no pow in the loop, and the same everywhere.
 *
 * Dormand-Prince has the proportional-integral control of Gustafsson (Hairer, Wanner: Solving ODE II,
 * section IV.2), Rodas4 the predictive one (Gustafsson 1994; section IV.8, code RODAS), which bounds an
 * integral one. Attempts, refused ones too, against integral control with safety 0.9, over 200 spread
 * parameter sets at rtol 1e-6 (means of those that end: of penicillin-birol 159 and
 * 169, as many under each control):
 *   Dormand-Prince  cho-fed-batch 134.0 : 133.0 (refused 7.6 : 9.6), penicillin-birol 2894 : 3044 (4.6 : 156);
 *                   at the stability limit y' = -500 (y - cos t) 1531 : 1621 (5 : 97), eigenvalues
 *                   -300 +- 200 i 1196 : 1251 (75 : 132)
 *   Rodas4          cho-fed-batch-oxygen 267.3 : 268.7 (21.8 : 24.4), ecoli-fed-batch 176.6 : 180.5
 *                   (1.0 : 5.8), penicillin-birol 205.6 : 205.4 (5.7 : 7.2)
 * Errors at the end stay within a factor of about two in the median. A single run may differ by far more where the
 * right-hand side has a kink that is no event (`max` in penicillin-birol's base and coolant): how far off the step across
 * it is depends on where it begins, under any control. At rtol 1e-5 Rodas4's error there was up to 86 times that of
 * integral control and down to a 15th, median 1.0; with the kinks switched off 0.17 to 3.6, and a safety factor 3 % less
 * moves single errors as much. Who needs such a run exactly writes the kink as an event. DOPRI5's own coefficients (beta 0.04, safety 0.9,
 * integral exponent 0.2 - 0.75 beta) take 6.6 % more on cho-fed-batch: a weaker exponent makes the same
 * safety factor hold a smaller error. So the whole exponent 0.2 and safety 0.95 stand beside beta 0.04.
 * For Rodas4 the same form costs 5 to 8 % on every model; with beta 0.02 and safety 0.95 it is near integral
 * control (0 to 1 % fewer), and the prediction does better on ecoli-fed-batch. A step after a refusal never
 * grows, and only accepted steps are remembered. Leaving the memory out of refusals, as DOPRI5 does, can
 * refuse every few steps at the stability limit, so it stays in.
 */
import type { Graph, NodeId } from "../compile/graph.ts";
import { LEVEL } from "../compile/graph.ts";
import { STATUS } from "../compile/layout.ts";
import type { Commit } from "../compile/program.ts";
import type { TwinModel } from "../language/model.ts";
import type { Method, StepNodes } from "./step.ts";

export interface ControlInputs {
  readonly y: readonly NodeId[];
  /** The step tried, after cutting at the segment's end. */
  readonly h: NodeId;
  readonly step: StepNodes;
  readonly events: readonly { readonly side: NodeId; readonly value: NodeId }[];
}

export interface ControlNodes {
  readonly error: NodeId;
  readonly status: NodeId;
  readonly commits: readonly Commit[];
}

/** Below this square of the error norm the step grows by the most allowed. */
const NEGLIGIBLE = 1e-20;
/** Square of the least error that is remembered: a step cut at a segment's end says little of the next one. */
const SMALLEST_BEFORE = 1e-8;
/** The prediction is a bound beside the usual growth, and needs less caution. */
const PREDICTION_SAFETY = 0.95;
/**
 * The step that suited the old inputs is mostly refused under new ones: cut at once, a trajectory of
 * cho-fed-batch-oxygen takes 5 % fewer attempts.
 */
export const STEP_AFTER_CHANGE = 0.3;
/** Stands for an error that is not a number: the step is refused and shrinks. */
const HUGE = 1e300;

export function controlNodes(
  graph: Graph,
  model: TwinModel,
  method: Method,
  inputs: ControlInputs,
): ControlNodes {
  const c = (value: number) => graph.constant(value);
  const slot = (name: string) => graph.symbol(name, LEVEL.step);
  const error = errorNorm(graph, model, inputs);
  const ifAccepted = (yes: NodeId, no: NodeId) => graph.select("lessEqual", error, c(1), yes, no);
  const reach = graph.add(slot("t"), graph.multiply(slot("h"), c(1.0000001)));
  const ifLast = (yes: NodeId, no: NodeId) => graph.select("lessEqual", slot("tEnd"), reach, yes, no);

  const factor = growth(graph, method, error);
  const foretold = method.control.predictive ? predicted(graph, method, error, inputs.h, factor) : factor;
  const afterRefusal = graph.select("less", c(0), slot("rejected"), graph.min(foretold, c(1)), foretold);
  const grown = graph.multiply(inputs.h, afterRefusal);
  const accepted = ifLast(graph.max(grown, slot("h")), grown);
  const hNext = ifAccepted(accepted, graph.multiply(inputs.h, graph.min(factor, c(1))));
  const tNext = ifLast(slot("tEnd"), graph.add(slot("t"), inputs.h));
  const steps = graph.add(slot("steps"), ifAccepted(c(1), c(0)));
  const rejects = graph.add(slot("rejects"), ifAccepted(c(0), c(1)));

  const reached = [
    ifLast(c(STATUS.atEnd), c(0)),
    graph.select("lessEqual", slot("tOut"), tNext, c(STATUS.atOutput), c(0)),
    eventFlag(graph, inputs),
  ];
  const tooSmall = graph.select("less", hNext, slot("hMin"), c(STATUS.stepTooSmall), c(0));
  const tooMany = graph.select(
    "lessEqual",
    slot("maxSteps"),
    graph.add(steps, rejects),
    c(STATUS.tooManySteps),
    c(0),
  );
  const status = graph.add(ifAccepted(graph.sum(reached), tooSmall), tooMany);
  const always = (name: string, node: NodeId): Commit => ({ slot: name, node, onlyIfAccepted: false });
  const whenAccepted = (name: string, node: NodeId): Commit => ({ slot: name, node, onlyIfAccepted: true });
  const commits = [
    whenAccepted("t", tNext),
    ...inputs.step.next.map((node, i) => whenAccepted(`y:${model.states[i]?.name}`, node)),
    ...inputs.step.slopeAtEnd.map((node, i) => whenAccepted(`slope:${model.states[i]?.name}`, node)),
    whenAccepted("errorBefore", graph.max(error, c(SMALLEST_BEFORE))),
    ...(method.control.predictive ? [whenAccepted("hBefore", ifLast(c(0), inputs.h))] : []),
    always("h", hNext),
    always("rejected", ifAccepted(c(0), c(1))),
    always("steps", steps),
    always("rejects", rejects),
  ];
  return { error, status, commits };
}

/** Mean square of error / tolerance over the states. */
function errorNorm(graph: Graph, model: TwinModel, { y, step }: ControlInputs): NodeId {
  const slot = (name: string) => graph.symbol(name, LEVEL.step);
  const halfRtol = graph.multiply(slot("rtol"), graph.constant(0.5));
  const squares = model.states.map((state, i) => {
    const size = graph.add(graph.abs(y[i] as NodeId), graph.abs(step.next[i] as NodeId));
    const absolute = graph.multiply(slot("atol"), graph.constant(state.toleranceScale));
    const ratio = graph.divide(step.errors[i] as NodeId, graph.add(absolute, graph.multiply(halfRtol, size)));
    return graph.multiply(ratio, ratio);
  });
  const mean = graph.multiply(graph.sum(squares), graph.constant(1 / model.states.length));
  const huge = graph.constant(HUGE);
  return graph.select("less", mean, huge, mean, huge);
}

function growth(graph: Graph, { control }: Method, error: NodeId): NodeId {
  const c = (value: number) => graph.constant(value);
  let root = graph.multiply(c(control.safety), graph.apply("rootOfBits", error, c(-control.integral)));
  if (control.proportional > 0) {
    const before = graph.symbol("errorBefore", LEVEL.step);
    root = graph.multiply(root, graph.apply("rootOfBits", before, c(control.proportional)));
  }
  return bounded(graph, control, error, root);
}

/**
 * The usual growth, or less where the error has been growing: the change of its logarithm over the last
 * accepted step is taken to go on. `hBefore` is 0 where no step of this segment has been accepted.
 */
function predicted(graph: Graph, { control }: Method, error: NodeId, h: NodeId, usual: NodeId): NodeId {
  const c = (value: number) => graph.constant(value);
  const [hBefore, before] = [graph.symbol("hBefore", LEVEL.step), graph.symbol("errorBefore", LEVEL.step)];
  const lengths = graph.multiply(c(PREDICTION_SAFETY), graph.divide(h, hBefore));
  const errors = graph.multiply(
    graph.apply("rootOfBits", before, c(control.integral)),
    graph.apply("rootOfBits", error, c(-2 * control.integral)),
  );
  const bound = bounded(graph, control, error, graph.multiply(lengths, errors));
  return graph.select("less", c(0), hBefore, graph.min(usual, bound), usual);
}

function bounded(graph: Graph, control: Method["control"], error: NodeId, root: NodeId): NodeId {
  const [grow, shrink] = [graph.constant(control.grow), graph.constant(control.shrink)];
  const factor = graph.select("less", graph.constant(NEGLIGIBLE), error, root, grow);
  return graph.max(graph.min(factor, grow), shrink);
}

/** An event watch fires when its value leaves the side (1 or -1) that it started on; 0 is not watched. */
function eventFlag(graph: Graph, { events }: ControlInputs): NodeId {
  const zero = graph.constant(0);
  return events.reduce(
    (flag, { side, value }) =>
      graph.select("less", graph.multiply(side, value), zero, graph.constant(STATUS.event), flag),
    zero,
  );
}
