/**
 * WebAssembly back end: the loop as SIMD instructions, two trajectories at a time, each with its own
 * time, step and segment. The bytes are written here: no tool chain is needed at run time.
 */
import { type FunctionName, type Graph, type NodeId, reachable } from "./graph.ts";
import { FUNCTION_NAMES } from "./js-functions.ts";
import type { Kernel } from "./kernel.ts";
import { ONLY_AT_END } from "./layout.ts";
import { functionGraph } from "./math-functions.ts";
import { isOperation } from "./print-js.ts";
import type { Hoist, Program } from "./program.ts";
import { hoistedNodes, hoistNodes, loopNodes, stopNodes } from "./schedule.ts";
import { encodeModule, type FunctionCode, OP, TYPE, VECTOR } from "./wasm-binary.ts";
import { Code, type CodeContext, ConstantPool, emitComparison, emitOperation } from "./wasm-code.ts";

const LANES = 2;
const SLOT_BYTES = 8 * LANES;
const PAGE = 65_536;

/** Types of the module's functions. */
const PROCEDURE = 0;
const ONE_TO_ONE = 1;
const TWO_TO_ONE = 2;

export function compileToWebAssembly(program: Program): Kernel {
  const { bytes, constants } = webAssemblyBytes(program);
  const memory = new WebAssembly.Memory({ initial: pagesFor(constants.end) });
  constants.writeTo(memory.buffer);
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } });
  const { prepare, enter, run } = instance.exports as Record<"prepare" | "enter" | "run", () => void>;
  return {
    program,
    backEnd: "webassembly",
    lanes: LANES,
    memory: new Float64Array(memory.buffer),
    prepare,
    enter,
    run,
  };
}

/** The module, and the constants that its memory must hold. */
export function webAssemblyBytes(program: Program): {
  bytes: Uint8Array<ArrayBuffer>;
  constants: ConstantPool;
} {
  const constants = new ConstantPool(program.layout.size * SLOT_BYTES);
  const names = usedFunctions(program);
  const writer = new Writer(program, constants, (name) => names.indexOf(name));
  const functions: FunctionCode[] = [
    ...names.map((name) => mathFunction(name, constants)),
    { ...writer.hoists([program.perTrajectory]), exportName: "prepare" },
    { ...writer.hoists([program.perSegment, program.slope]), exportName: "enter" },
    { ...writer.loop(), exportName: "run" },
  ];
  const v128 = TYPE.v128;
  const types = [
    { parameters: [], results: [] },
    { parameters: [v128], results: [v128] },
    { parameters: [v128, v128], results: [v128] },
  ];
  return { bytes: encodeModule(types, functions, pagesFor(constants.end)), constants };
}

const pagesFor = (bytes: number): number => Math.ceil(bytes / PAGE);

const usedFunctions = ({ graph }: Program): FunctionName[] =>
  FUNCTION_NAMES.filter((name) => graph.nodes.some((node) => node.op === name));

/** One function of the model language, printed from its graph. */
function mathFunction(name: FunctionName, constants: ConstantPool): FunctionCode {
  const { graph, inputs, result } = functionGraph(name);
  const code = new Code();
  const locals = new Map<NodeId, number>();
  const push = (id: NodeId): void => {
    const node = graph.node(id);
    if (node.op === "symbol") code.getLocal(inputs.indexOf(node.name));
    else if (node.op === "constant") code.load(constants.addressOf(node.value));
    else code.getLocal(locals.get(id) as number);
  };
  const pushMask: CodeContext["pushMask"] = (op, a, b) => emitComparison(code, op, a, b, context);
  const context: CodeContext = { push, pushMask, constants, functionIndex: () => -1 };
  for (const id of reachable(graph, [result])) {
    if (!isOperation(graph.node(id))) continue;
    emitOperation(code, graph.node(id), context);
    locals.set(id, inputs.length + locals.size);
    code.setLocal(locals.get(id) as number);
  }
  push(result);
  const type = inputs.length === 1 ? ONE_TO_ONE : TWO_TO_ONE;
  return { type, locals: [{ count: locals.size, type: TYPE.v128 }], body: code.bytes };
}

class Writer {
  readonly #program: Program;
  readonly #graph: Graph;
  readonly #constants: ConstantPool;
  readonly #functionIndex: (name: FunctionName) => number;

  constructor(program: Program, constants: ConstantPool, functionIndex: (name: FunctionName) => number) {
    this.#program = program;
    this.#graph = program.graph;
    this.#constants = constants;
    this.#functionIndex = functionIndex;
  }

  /** Fills the slots of each group from memory, one group after the other. */
  hoists(groups: readonly (readonly Hoist[])[]): FunctionCode {
    const body = new Body(this.#graph, this.#constants, this.#functionIndex);
    for (const group of groups) {
      const { nodes, stored } = hoistNodes(this.#program, group);
      body.readSlots = (id) => this.#slotOf(id, stored);
      body.inMemory = (slot) => this.#address(slot);
      body.compute(nodes);
      for (const { slot, node } of group) body.code.store(this.#address(slot), () => body.push(node));
    }
    return body.finish();
  }

  loop(): FunctionCode {
    const { commits, onStop, error, status } = this.#program;
    const body = new Body(this.#graph, this.#constants, this.#functionIndex);
    const { code } = body;
    const hoisted = hoistedNodes(this.#program);
    body.readSlots = (id) => this.#slotOf(id, hoisted);
    body.inMemory = (slot) => this.#address(slot);
    for (const { slot } of commits) body.keepInLocal(slot, this.#address(slot));
    const stopping = FLAG_LOCAL;
    const push = (id: NodeId) => body.push(id);
    code.emit(OP.loop, TYPE.empty);
    body.compute(loopNodes(this.#program));
    const isAnyStatusAbove = (least: number) => {
      push(status);
      push(this.#graph.constant(least));
      code.vector(VECTOR.greaterThan);
      code.vector(VECTOR.anyTrue);
    };
    isAnyStatusAbove(0);
    code.setLocal(stopping);
    code.getLocal(stopping);
    code.emit(OP.if, TYPE.empty);
    isAnyStatusAbove(ONLY_AT_END);
    code.emit(OP.if, TYPE.empty);
    body.compute(stopNodes(this.#program));
    for (const { slot, node } of onStop) code.store(this.#address(slot), () => push(node));
    code.emit(OP.end, OP.end);
    for (const { slot, node, onlyIfAccepted } of [...commits].sort(
      (a, b) => Number(b.onlyIfAccepted) - Number(a.onlyIfAccepted),
    )) {
      push(node);
      if (onlyIfAccepted) {
        body.pushSlot(slot);
        body.pushMask("lessEqual", error, this.#graph.constant(1));
        code.vector(VECTOR.bitSelect);
      }
      code.setLocal(body.localOf(slot));
    }
    code.getLocal(stopping);
    code.emit(OP.i32Eqz, OP.branchIf, 0, OP.end);
    for (const { slot } of commits) code.store(this.#address(slot), () => body.pushSlot(slot));
    code.store(this.#address("status"), () => push(status));
    return body.finish();
  }

  #slotOf(id: NodeId, stored: ReadonlyMap<NodeId, string>): string | undefined {
    const node = this.#graph.node(id);
    return node.op === "symbol" ? node.name : stored.get(id);
  }

  #address(slot: string): number {
    return this.#program.layout.slot(slot) * SLOT_BYTES;
  }
}

/** The one local that is not a vector. */
const FLAG_LOCAL = 0;

/** One function: where its values are. */
class Body implements CodeContext {
  readonly code = new Code();
  readonly constants: ConstantPool;
  readonly functionIndex: (name: FunctionName) => number;
  /** The slot that a node is read from, if it is not computed here. */
  readSlots: (id: NodeId) => string | undefined = () => undefined;
  /** Address of a slot that is not kept in a local. */
  inMemory: (slot: string) => number = () => {
    throw new TypeError("slot is not loaded");
  };
  readonly #graph: Graph;
  readonly #values = new Map<NodeId, number>();
  readonly #slots = new Map<string, number>();
  readonly #masks = new Map<string, number>();
  #count = FLAG_LOCAL + 1;

  constructor(graph: Graph, constants: ConstantPool, functionIndex: (name: FunctionName) => number) {
    this.#graph = graph;
    this.constants = constants;
    this.functionIndex = functionIndex;
  }

  newLocal(): number {
    return this.#count++;
  }

  keepInLocal(slot: string, address: number): void {
    const local = this.newLocal();
    this.#slots.set(slot, local);
    this.code.load(address);
    this.code.setLocal(local);
  }

  localOf(slot: string): number {
    const local = this.#slots.get(slot);
    if (local === undefined) throw new RangeError(`slot ${slot} is not loaded`);
    return local;
  }

  pushSlot(slot: string): void {
    const local = this.#slots.get(slot);
    if (local === undefined) this.code.load(this.inMemory(slot));
    else this.code.getLocal(local);
  }

  push(id: NodeId): void {
    const slot = this.readSlots(id);
    const node = this.#graph.node(id);
    if (slot !== undefined) this.pushSlot(slot);
    else if (node.op === "constant") this.code.load(this.constants.addressOf(node.value));
    else this.code.getLocal(this.#values.get(id) as number);
  }

  pushMask(op: "less" | "lessEqual", a: NodeId, b: NodeId): void {
    const key = `${op}(${a},${b})`;
    let local = this.#masks.get(key);
    if (local === undefined) {
      local = this.newLocal();
      this.#masks.set(key, local);
      emitComparison(this.code, op, a, b, this);
      this.code.setLocal(local);
    }
    this.code.getLocal(local);
  }

  compute(ids: readonly NodeId[]): void {
    for (const id of ids) {
      emitOperation(this.code, this.#graph.node(id), this);
      const local = this.newLocal();
      this.#values.set(id, local);
      this.code.setLocal(local);
    }
  }

  finish(): FunctionCode {
    const locals = [
      { count: 1, type: TYPE.i32 },
      { count: this.#count - 1, type: TYPE.v128 },
    ];
    return { type: PROCEDURE, locals, body: this.code.bytes };
  }
}
