/**
 * The loop of a big model as a chain of functions, each short enough to be optimised. Values that
 * cross from one to a later one go through a scratch array.
 */
import type { NodeId } from "./graph.ts";
import { ONLY_AT_END } from "./layout.ts";
import { literal, statements } from "./print-js.ts";
import type { Program } from "./program.ts";
import { hoistedNodes, loopNodes, loopRoots, stopNodes } from "./schedule.ts";

/** Operations in one function: well below the limit, above what calls cost. */
const PIECE = 1500;

export function splitLoop(program: Program): string {
  const { graph, layout, commits, onStop } = program;
  const loop = pieces(loopNodes(program));
  const all = [...loop, ...pieces(stopNodes(program))];
  const scratch = crossing(program, all);
  const hoisted = hoistedNodes(program);
  const outside = (id: NodeId): string => {
    const node = graph.node(id);
    const slot = node.op === "symbol" ? node.name : hoisted.get(id);
    if (slot !== undefined) return `M[${layout.slot(slot)}]`;
    return node.op === "constant" ? literal(node.value) : `S[${scratch.get(id)}]`;
  };
  const functions = all.map(
    (piece, index) => `const piece${index}=()=>{${pieceText(program, piece, outside, scratch)}};`,
  );
  const calls = (from: number, to: number) =>
    all
      .slice(from, to)
      .map((_, i) => `piece${from + i}();`)
      .join("");
  const store = (slot: string, node: NodeId) => `M[${layout.slot(slot)}]=${outside(node)};`;
  const assign = (onlyIfAccepted: boolean) =>
    commits
      .filter((c) => c.onlyIfAccepted === onlyIfAccepted)
      .map((c) => store(c.slot, c.node))
      .join("");
  return `const S=new Float64Array(${scratch.size});
${functions.join("\n")}
const keep=()=>{${onStop.map((o) => store(o.slot, o.node)).join("")}};
const commit=()=>{if(${outside(program.error)}<=1){${assign(true)}}
${assign(false)}};
const run=()=>{for(;;){${calls(0, loop.length)}
const status=${outside(program.status)};
if(status>${ONLY_AT_END}){${calls(loop.length, all.length)}keep();}
commit();
if(status>0){M[${layout.slot("status")}]=status;return;}
}};`;
}

/** One function's text: what it reads from outside, its operations, what others need of them. */
function pieceText(
  { graph }: Program,
  piece: readonly NodeId[],
  outside: (id: NodeId) => string,
  scratch: ReadonlyMap<NodeId, number>,
): string {
  const own = new Set(piece);
  const reads = new Map<string, string>();
  const text = (id: NodeId): string => {
    if (own.has(id)) return `v${id}`;
    if (graph.node(id).op === "constant") return outside(id);
    reads.set(`x${id}`, outside(id));
    return `x${id}`;
  };
  const body = statements(graph, piece, text);
  const stores = piece.filter((id) => scratch.has(id)).map((id) => `S[${scratch.get(id)}]=v${id};`);
  return [...[...reads].map(([name, value]) => `const ${name}=${value};`), ...body, ...stores].join("\n");
}

/** Values needed outside the piece that computes them, each with its place in the scratch array. */
function crossing(program: Program, all: readonly (readonly NodeId[])[]): Map<NodeId, number> {
  const home = new Map(all.flatMap((piece, index) => piece.map((id) => [id, index] as const)));
  const needed = [...loopRoots(program), ...program.onStop.map((o) => o.node)].filter((id) => home.has(id));
  for (const [id, index] of home) {
    const from = program.graph.node(id).operands;
    needed.push(...from.filter((operand) => home.has(operand) && home.get(operand) !== index));
  }
  return new Map([...new Set(needed)].map((id, place) => [id, place]));
}

const pieces = (ids: readonly NodeId[]): NodeId[][] =>
  Array.from({ length: Math.ceil(ids.length / PIECE) }, (_, i) => ids.slice(i * PIECE, (i + 1) * PIECE));
