/**
 * Error norm, step-size control and loop decisions of one attempt, as graph nodes.
 *
 * The norm is the root mean square of error / (atol + rtol |y|) over the states, |y| being the mean of
 * its sizes before and after: a mean has no branch. It is compared as a square, and its root is taken
 * from the exponent bits: no pow in the loop, and the same everywhere.
 *
 * The control is integral; a proportional part (Gustafsson) is there for methods that want it. On the
 * CHO models it halves the refusals but takes 6 to 10 % more steps, so neither method uses it.
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

  const factor = growth(graph, method, error, slot("errorBefore"));
  const atMostOne = graph.min(factor, c(1));
  const afterRefusal = graph.select("less", c(0), slot("rejected"), atMostOne, factor);
  const grown = graph.multiply(inputs.h, afterRefusal);
  const accepted = ifLast(graph.max(grown, slot("h")), grown);
  const hNext = ifAccepted(accepted, graph.multiply(inputs.h, atMostOne));
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
    ...(method.control.proportional > 0 ? [whenAccepted("errorBefore", graph.max(error, c(1e-8)))] : []),
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

function growth(graph: Graph, { control }: Method, error: NodeId, before: NodeId): NodeId {
  const c = (value: number) => graph.constant(value);
  let root = graph.multiply(c(0.9), graph.apply("rootOfBits", error, c(-control.integral)));
  if (control.proportional > 0)
    root = graph.multiply(root, graph.apply("rootOfBits", before, c(control.proportional)));
  const factor = graph.select("less", c(NEGLIGIBLE), error, root, c(control.grow));
  return graph.max(graph.min(factor, c(control.grow)), c(control.shrink));
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
