/**
 * WGSL back end: one invocation of the shader carries one whole trajectory, with its own time and step,
 * everything in registers. A dispatch makes a bounded number of attempts, so that no device takes it for
 * hung; what a lane needs to go on lies in `state` between dispatches. A lane that cannot go on stops and
 * says so: the host repeats it in 64 bits.
 *
 * Leaves out events: their roots want 64 bits, so a model that has any is refused.
 */
import { STEP_AFTER_CHANGE } from "../solvers/control.ts";
import type { NodeId } from "./graph.ts";
import { STATUS } from "./layout.ts";
import { literalWgsl, statementsWgsl, WGSL_HELPERS } from "./print-wgsl.ts";
import type { Hoist, Program } from "./program.ts";
import { hoistedNodes, hoistNodes, loopNodes, stopNodes } from "./schedule.ts";

export const WORKGROUP_SIZE = 64;

/** First rows of `state`, each as long as there are lanes; then come the model's states, then the carried slopes. */
export const STATE_ROWS = [
  "progress",
  "t",
  "h",
  "rejected",
  "errorBefore",
  "hBefore",
  "steps",
  "rejects",
  "segment",
  "output",
] as const;

export type StateRow = (typeof STATE_ROWS)[number];

/** `progress` of a lane: at the start of a segment, within one, at its end, or given up to the host. */
export const PROGRESS = { entering: 0, running: 1, finished: 2, needsHost: 3 } as const;

/** Fields of the uniform `settings`, in order; the first three are u32, the others f32. */
export const SETTINGS = [
  "lanes",
  "outputs",
  "attempts",
  "rtol",
  "atol",
  "end",
  "hMin",
  "maxSteps",
  "not_a_number",
] as const;

/** Settings that are u32, at the start. */
export const WHOLE_SETTINGS = 3;

/**
 * Operations of one attempt. Beyond this many a shader takes minutes to compile or its driver refuses it;
 * the CHO models have some hundred to three thousand.
 */
const MOST_SHADER_OPERATIONS = 6000;

export interface Shader {
  readonly program: Program;
  readonly code: string;
  /** Rows of `state`. */
  readonly rows: number;
}

/** Why no shader can run a model; undefined when one can. */
export function shaderRefusal(program: Program): string | undefined {
  const { name, events } = program.model;
  if (events.length > 0) return `${name} has events, which are found in 64 bits only`;
  const operations = loopNodes(program).length;
  if (operations <= MOST_SHADER_OPERATIONS) return undefined;
  return `${name} takes ${operations} operations a step, and a shader at most ${MOST_SHADER_OPERATIONS}`;
}

/** @throws RangeError for a model that no shader can run; the message says why */
export function compileToWgsl(program: Program): Shader {
  const refusal = shaderRefusal(program);
  if (refusal !== undefined) throw new RangeError(refusal);
  const { states } = program.model;
  const slopes = program.method.carriesSlope ? states.length : 0;
  return { program, code: shaderText(program), rows: STATE_ROWS.length + states.length + slopes };
}

/** Variables of the shader: `s7` for slot 7 of the layout, `v9` for node 9 of the graph. */
class Names {
  readonly #program: Program;
  readonly #hoisted: ReadonlyMap<NodeId, string>;

  constructor(program: Program, hoisted: ReadonlyMap<NodeId, string> = hoistedNodes(program)) {
    this.#program = program;
    this.#hoisted = hoisted;
  }

  slot(name: string): string {
    return `s${this.#program.layout.slot(name)}`;
  }

  readonly text = (id: NodeId): string => {
    const node = this.#program.graph.node(id);
    const slot = node.op === "symbol" ? node.name : this.#hoisted.get(id);
    if (slot !== undefined) return this.slot(slot);
    return node.op === "constant" ? literalWgsl(node.value) : `v${id}`;
  };
}

function shaderText(program: Program): string {
  const { model, graph } = program;
  const names = new Names(program);
  const carried = carriedRows(program, names);
  const kept = [...program.perTrajectory, ...program.perSegment].map((hoist) => names.slot(hoist.slot));
  const varying = [
    ...model.inputs.map((u) => names.slot(`u:${u.name}`)),
    names.slot("tEnd"),
    names.slot("tOut"),
  ];
  return `${declarations()}
@compute @workgroup_size(${WORKGROUP_SIZE})
fn main(@builtin(global_invocation_id) id: vec3u) {
let lane = id.x;
let lanes = settings.lanes;
if (lane >= lanes) { return; }
var progress = state[lane];
if (progress > ${PROGRESS.running}.5f) { return; }
${carried.map(({ variable, row }) => `var ${variable} = state[${row}u * lanes + lane];`).join("\n")}
${(["rtol", "atol", "hMin", "maxSteps"] as const).map((name) => `let ${names.slot(name)} = settings.${name};`).join("\n")}
${model.parameters.map((p, i) => `let ${names.slot(`p:${p.name}`)} = parameters[${i}u * lanes + lane];`).join("\n")}
${[...kept, ...varying].map((variable) => `var ${variable} = 0f;`).join("\n")}
{${hoistsText(program, program.perTrajectory)}}
${samplingAtStartText(program, names)}
var isSet = false;
for (var attempt = 0u; attempt < settings.attempts; attempt++) {
if (!isSet) {
${enteringText(program, names)}
isSet = true;
}
${names.slot("tOut")} = outputs[u32(output)];
${statementsWgsl(graph, loopNodes(program), names.text).join("\n")}
let status = u32(${names.text(program.status)});
if ((status & ${STATUS.stepTooSmall | STATUS.tooManySteps}u) != 0u) {
progress = ${PROGRESS.needsHost}f;
break;
}
if ((status & ${STATUS.atOutput}u) != 0u) {
${samplingText(program, names)}
}
if (${names.text(program.error)} <= 1f) {${commitsText(program, names, true)}}
${commitsText(program, names, false)}
if ((status & ${STATUS.atEnd}u) != 0u) {
if (${names.slot("tEnd")} >= settings.end) {
progress = ${PROGRESS.finished}f;
break;
}
segment += 1f;
${names.slot("h")} *= ${literalWgsl(STEP_AFTER_CHANGE)};
progress = ${PROGRESS.entering}f;
isSet = false;
}
}
state[lane] = progress;
${carried.map(({ variable, row }) => `state[${row}u * lanes + lane] = ${variable};`).join("\n")}
}
`;
}

/** With L lanes, row r of lane l is element r * L + l, as in the other back ends' memory. */
function declarations(): string {
  const fields = SETTINGS.map((name, i) => `${name}: ${i < WHOLE_SETTINGS ? "u32" : "f32"},`);
  const readable = ["parameters", "inputs", "ends", "outputs"];
  const writable = ["state", "samples"];
  return `struct Settings {
${fields.join("\n")}
}
@group(0) @binding(0) var<uniform> settings: Settings;
${readable.map((name, i) => `@group(0) @binding(${i + 1}) var<storage, read> ${name}: array<f32>;`).join("\n")}
${writable.map((name, i) => `@group(0) @binding(${i + 5}) var<storage, read_write> ${name}: array<f32>;`).join("\n")}
${WGSL_HELPERS}`;
}

/** Variable of every row of `state` after `progress`. */
function carriedRows(program: Program, names: Names): { variable: string; row: number }[] {
  const { states } = program.model;
  const control = STATE_ROWS.slice(1).map((name) =>
    name === "segment" || name === "output" ? name : names.slot(name),
  );
  const y = states.map((state) => names.slot(`y:${state.name}`));
  const slopes = program.method.carriesSlope ? states.map((state) => names.slot(`slope:${state.name}`)) : [];
  return [...control, ...y, ...slopes].map((variable, i) => ({ variable, row: i + 1 }));
}

/** The inputs of the segment, what depends on them, and, where the segment is new, the slope. */
function enteringText(program: Program, names: Names): string {
  const { inputs } = program.model;
  const loads = inputs.map(
    (u, i) =>
      `${names.slot(`u:${u.name}`)} = inputs[(u32(segment) * ${inputs.length}u + ${i}u) * lanes + lane];`,
  );
  return [
    ...loads,
    `${names.slot("tEnd")} = ends[u32(segment) * lanes + lane];`,
    `{${hoistsText(program, program.perSegment)}}`,
    `if (progress == ${PROGRESS.entering}f) {${hoistsText(program, program.slope)}}`,
    `progress = ${PROGRESS.running}f;`,
  ].join("\n");
}

function hoistsText(program: Program, hoists: readonly Hoist[]): string {
  const { nodes, stored } = hoistNodes(program, hoists);
  const names = new Names(program, stored);
  const stores = hoists.map(({ slot, node }) => `${names.slot(slot)} = ${names.text(node)};`);
  return [...statementsWgsl(program.graph, nodes, names.text), ...stores].join("\n");
}

const commitsText = (program: Program, names: Names, onlyIfAccepted: boolean): string =>
  program.commits
    .filter((commit) => commit.onlyIfAccepted === onlyIfAccepted)
    .map(({ slot, node }) => `${names.slot(slot)} = ${names.text(node)};`)
    .join("\n");

const place = ({ states }: Program["model"], i: number): string =>
  `samples[(u32(output) * ${states.length}u + ${i}u) * lanes + lane]`;

/** Outputs at or before where the lane stands: those at the start of the run; later there are none. */
function samplingAtStartText({ model }: Program, names: Names): string {
  const stores = model.states.map((state, i) => `${place(model, i)} = ${names.slot(`y:${state.name}`)};`);
  return `for (; u32(output) < settings.outputs && outputs[u32(output)] <= ${names.slot("t")}; output += 1f) {
${stores.join("\n")}
}`;
}

/** Outputs inside the accepted step, by the continuous extension; see dense-step.ts. */
function samplingText(program: Program, names: Names): string {
  const { states } = program.model;
  const committed = new Map(program.commits.map(({ slot, node }) => [slot, names.text(node)]));
  const stopped = new Map(program.onStop.map(({ slot, node }) => [slot, names.text(node)]));
  const atEnd = states.map((state, i) => `${place(program.model, i)} = ${committed.get(`y:${state.name}`)};`);
  const inside = states.map((state, i) => {
    const c = (k: number) => stopped.get(`dense:${state.name}:${k}`) ?? "0f";
    return `${place(program.model, i)} = ${c(0)}+passed*(${c(1)}+rest*(${c(2)}+passed*(${c(3)}+rest*(${c(4)}))));`;
  });
  return `${statementsWgsl(program.graph, stopNodes(program), names.text).join("\n")}
let reached = ${committed.get("t")};
for (; u32(output) < settings.outputs && outputs[u32(output)] <= reached; output += 1f) {
let wanted = outputs[u32(output)];
if (wanted >= reached) {
${atEnd.join("\n")}
} else {
let passed = (wanted - ${stopped.get("tStart")}) / ${stopped.get("hUsed")};
let rest = 1f - passed;
${inside.join("\n")}
}
}`;
}
