/**
 * The whole inner loop of a solver for one model as one graph: stages, error norm, step-size control,
 * event watch and loop decisions. A back end only prints it, so all back ends compute the same bits.
 */
import type { TwinModel } from "../language/model.ts";
import { controlNodes } from "../solvers/control.ts";
import type { Method, StepNodes } from "../solvers/step.ts";
import { nodeOf, rightHandSide, withAlgebra } from "./from-terms.ts";
import { Graph, LEVEL, type Level, type NodeId, reachable } from "./graph.ts";
import { Layout } from "./layout.ts";

/** At the end of an attempt the slot takes the value of the node. */
export interface Commit {
  readonly slot: string;
  readonly node: NodeId;
  /** Otherwise in every attempt. */
  readonly onlyIfAccepted: boolean;
}

/** A value computed less often than in every step, and kept in a slot. */
export interface Hoist {
  readonly slot: string;
  readonly node: NodeId;
}

export interface Program {
  readonly model: TwinModel;
  readonly method: Method;
  readonly graph: Graph;
  readonly layout: Layout;
  readonly perTrajectory: readonly Hoist[];
  readonly perSegment: readonly Hoist[];
  /** dy/dt at (t, y), kept in slots; for methods that carry it. */
  readonly slope: readonly Hoist[];
  /** Square of the error norm: at most 1 accepts the step. */
  readonly error: NodeId;
  readonly status: NodeId;
  readonly commits: readonly Commit[];
  /** Stored only when the loop stops for more than a segment's end: what the host needs to look inside the last step. */
  readonly onStop: readonly Hoist[];
}

export function buildProgram(model: TwinModel, method: Method): Program {
  const graph = new Graph();
  const layout = new Layout();
  const symbol = (name: string, level: Level): NodeId => {
    layout.add(name);
    return graph.symbol(name, level);
  };
  const control = (name: string) => symbol(name, LEVEL.step);
  const y = model.states.map((s) => control(`y:${s.name}`));
  const slope = method.carriesSlope ? model.states.map((s) => control(`slope:${s.name}`)) : [];
  const environment = new Map<string, NodeId>();
  for (const p of model.parameters) environment.set(p.name, symbol(`p:${p.name}`, LEVEL.parameter));
  for (const u of model.inputs) environment.set(u.name, symbol(`u:${u.name}`, LEVEL.segment));
  const t = control("t");
  const h = triedStep(graph);
  const step = method.build({ graph, model, environment, t, h, y, slope });
  const after = withStates(graph, model, environment, graph.add(t, h), step.next);
  const events = model.events.map((event, i) => ({
    side: control(`side:${i}`),
    value: nodeOf(graph, event.watched, after),
  }));
  const { error, status, commits } = controlNodes(graph, model, method, { y, h, step, events });
  const slopeNow = method.carriesSlope
    ? rightHandSide(graph, model, withTime(model, environment, t, y), "divide")
    : [];
  const slopeHoists = slopeNow.map((node, i) => ({ slot: `slope:${model.states[i]?.name}`, node }));
  const onStop = [
    ...denseHoists(layout, model, step),
    { slot: "tStart", node: t },
    { slot: "hUsed", node: h },
  ];
  const roots = [error, status, ...commits.map((c) => c.node), ...onStop.map((o) => o.node), ...slopeNow];
  const hoists = hoisted(graph, layout, roots);
  return { model, method, graph, layout, ...hoists, slope: slopeHoists, error, status, commits, onStop };
}

/** h, or what is left to the end of the segment when that is less. */
function triedStep(graph: Graph): NodeId {
  const [t, h, tEnd] = ["t", "h", "tEnd"].map((name) => graph.symbol(name, LEVEL.step)) as [
    NodeId,
    NodeId,
    NodeId,
  ];
  const reach = graph.add(t, graph.multiply(h, graph.constant(1.0000001)));
  return graph.select("lessEqual", tEnd, reach, graph.subtract(tEnd, t), h);
}

function withTime(
  model: TwinModel,
  environment: ReadonlyMap<string, NodeId>,
  t: NodeId,
  y: readonly NodeId[],
): Map<string, NodeId> {
  const known = new Map(environment).set(model.time.name, t);
  model.states.forEach((state, i) => known.set(state.name, y[i] as NodeId));
  return known;
}

const withStates = (
  graph: Graph,
  model: TwinModel,
  environment: ReadonlyMap<string, NodeId>,
  t: NodeId,
  y: readonly NodeId[],
) => withAlgebra(graph, model, withTime(model, environment, t, y), "divide");

function denseHoists(layout: Layout, model: TwinModel, step: StepNodes): Hoist[] {
  return model.states.flatMap((state, i) =>
    (step.dense[i] ?? []).map((node, k) => {
      const slot = `dense:${state.name}:${k}`;
      layout.add(slot);
      return { slot, node };
    }),
  );
}

/** Values below step level that step-level operations use: computed rarely, read often. */
function hoisted(
  graph: Graph,
  layout: Layout,
  roots: readonly NodeId[],
): Pick<Program, "perTrajectory" | "perSegment"> {
  const all = reachable(graph, roots);
  const needed = (level: Level, users: readonly Level[]): Hoist[] => {
    const used = new Set(
      all.filter((id) => users.includes(graph.node(id).level)).flatMap((id) => graph.node(id).operands),
    );
    const direct = [...used, ...roots].filter(
      (id) => graph.node(id).level === level && graph.node(id).op !== "symbol",
    );
    return [...new Set(direct)]
      .sort((a, b) => a - b)
      .map((node) => {
        const slot = `hoist:${node}`;
        layout.add(slot);
        return { slot, node };
      });
  };
  return {
    perTrajectory: needed(LEVEL.parameter, [LEVEL.segment, LEVEL.step]),
    perSegment: needed(LEVEL.segment, [LEVEL.step]),
  };
}
