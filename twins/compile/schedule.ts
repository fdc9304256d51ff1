/** Which operations a back end prints where: once per trajectory, per segment, per step, or on stopping. */
import type { NodeId } from "./graph.ts";
import type { Hoist, Program } from "./program.ts";

/** Value kept in a slot -> slot. */
export const hoistedNodes = (program: Program): Map<NodeId, string> =>
  new Map([...program.perTrajectory, ...program.perSegment].map((hoist) => [hoist.node, hoist.slot]));

export const loopRoots = ({ error, status, commits }: Program): NodeId[] => [
  error,
  status,
  ...commits.map((c) => c.node),
];

/** Operations of one attempted step, operands first. */
export const loopNodes = (program: Program): NodeId[] =>
  operationsFor(program, loopRoots(program), hoistedNodes(program));

/** Operations that only `onStop` needs. */
export function stopNodes(program: Program): NodeId[] {
  const inLoop = new Set(loopNodes(program));
  const roots = program.onStop.map((hoist) => hoist.node);
  return operationsFor(program, roots, hoistedNodes(program)).filter((id) => !inLoop.has(id));
}

export interface Computed {
  readonly nodes: readonly NodeId[];
  /** Hoisted values that are read, not computed, here. */
  readonly stored: ReadonlyMap<NodeId, string>;
}

/** Operations that fill the slots of `hoists` from other slots. */
export function hoistNodes(program: Program, hoists: readonly Hoist[]): Computed {
  const own = new Set(hoists.map((hoist) => hoist.node));
  const stored = new Map([...hoistedNodes(program)].filter(([node]) => !own.has(node)));
  return { nodes: operationsFor(program, own, stored), stored };
}

/** Operations under `roots`, not below a value that is already stored. */
function operationsFor(
  { graph }: Program,
  roots: Iterable<NodeId>,
  stored: ReadonlyMap<NodeId, string>,
): NodeId[] {
  const needed = new Set<NodeId>();
  const pending = [...roots];
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    const { op, operands } = graph.node(id);
    if (needed.has(id) || stored.has(id) || op === "constant" || op === "symbol") continue;
    needed.add(id);
    pending.push(...operands);
  }
  return [...needed].sort((a, b) => a - b);
}
