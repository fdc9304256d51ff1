/**
 * JavaScript back end: the loop as one function with everything in local variables, or, for big models,
 * split into functions that V8 still optimises.
 */
import { evaluateGenerated } from "./generated-code.ts";
import type { NodeId } from "./graph.ts";
import { splitLoop } from "./javascript-split.ts";
import { ownFunctions } from "./js-functions.ts";
import type { Kernel } from "./kernel.ts";
import { ONLY_AT_END } from "./layout.ts";
import { literal, statements } from "./print-js.ts";
import type { Hoist, Program } from "./program.ts";
import { hoistedNodes, hoistNodes, loopNodes, stopNodes } from "./schedule.ts";

/**
 * V8 never optimises a function of more than 61,440 bytes of bytecode (--max-optimized-bytecode-size);
 * one operation takes up to 13. Beyond this many operations the loop is split.
 */
const MOST_OPERATIONS = 3500;

export function compileToJavaScript(
  program: Program,
  split = loopNodes(program).length > MOST_OPERATIONS,
): Kernel {
  const memory = new Float64Array(program.layout.size);
  const text = [
    `const prepare=()=>{${hoistsText(program, program.perTrajectory)}};`,
    `const enter=()=>{{${hoistsText(program, program.perSegment)}}\n${hoistsText(program, program.slope)}};`,
    split ? splitLoop(program) : inlineLoop(program),
    "return {prepare,enter,run};",
  ].join("\n");
  const compiled = evaluateGenerated(text, { ...ownFunctions(), M: memory }) as Pick<
    Kernel,
    "prepare" | "enter" | "run"
  >;
  return { ...compiled, program, backEnd: "javascript", lanes: 1, memory };
}

/** Computes values and stores them in their slots, reading everything else from memory. */
function hoistsText(program: Program, hoists: readonly Hoist[]): string {
  const { graph, layout } = program;
  const { nodes, stored } = hoistNodes(program, hoists);
  const text = (id: NodeId): string => {
    const node = graph.node(id);
    const slot = node.op === "symbol" ? node.name : stored.get(id);
    if (slot !== undefined) return `M[${layout.slot(slot)}]`;
    return node.op === "constant" ? literal(node.value) : `v${id}`;
  };
  const stores = hoists.map(({ slot, node }) => `M[${layout.slot(slot)}]=${text(node)};`);
  return [...statements(graph, nodes, text), ...stores].join("\n");
}

function inlineLoop(program: Program): string {
  const { graph, layout, commits, onStop } = program;
  const hoisted = hoistedNodes(program);
  const used = new Set<string>(commits.map((commit) => commit.slot));
  const variable = (slot: string): string => `s${layout.slot(slot)}`;
  const text = (id: NodeId): string => {
    const node = graph.node(id);
    const slot = node.op === "symbol" ? node.name : hoisted.get(id);
    if (slot === undefined) return node.op === "constant" ? literal(node.value) : `v${id}`;
    used.add(slot);
    return variable(slot);
  };
  const body = statements(graph, loopNodes(program), text);
  const stop = [
    ...statements(graph, stopNodes(program), text),
    ...onStop.map(({ slot, node }) => `M[${layout.slot(slot)}]=${text(node)};`),
  ];
  const assign = (onlyIfAccepted: boolean) =>
    commits
      .filter((commit) => commit.onlyIfAccepted === onlyIfAccepted)
      .map(({ slot, node }) => `${variable(slot)}=${text(node)};`)
      .join("");
  const decide = `const status=${text(program.status)};
if(status>${ONLY_AT_END}){${stop.join("\n")}}
if(${text(program.error)}<=1){${assign(true)}}
${assign(false)}`;
  const carried = new Set(commits.map((commit) => commit.slot));
  const loads = [...used].map(
    (slot) => `${carried.has(slot) ? "let" : "const"} ${variable(slot)}=M[${layout.slot(slot)}];`,
  );
  const stores = [...carried].map((slot) => `M[${layout.slot(slot)}]=${variable(slot)};`).join("");
  return `const run=()=>{${loads.join("")}
for(;;){
${body.join("\n")}
${decide}
if(status>0){${stores}M[${layout.slot("status")}]=status;return;}
}};`;
}
