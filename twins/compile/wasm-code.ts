/** Graph operations as WebAssembly vector instructions: two trajectories in one register. */
import type { FunctionName, Node, NodeId } from "./graph.ts";
import { OP, unsigned, VECTOR } from "./wasm-binary.ts";

/** How the code around an operation reaches values and functions. */
export interface CodeContext {
  /** Pushes the value of a node. */
  push(id: NodeId): void;
  /** Pushes the lanes' answers to a comparison; asked again, it is not compared again. */
  pushMask(op: "less" | "lessEqual", a: NodeId, b: NodeId): void;
  readonly constants: ConstantPool;
  functionIndex(name: FunctionName): number;
}

/** Bytes of one function while it is being written. */
export class Code {
  readonly bytes: number[] = [];

  emit(...bytes: readonly number[]): void {
    for (const byte of bytes) this.bytes.push(byte);
  }

  vector(opcode: number): void {
    this.emit(0xfd, ...unsigned(opcode));
  }

  getLocal(index: number): void {
    this.emit(OP.localGet, ...unsigned(index));
  }

  setLocal(index: number): void {
    this.emit(OP.localSet, ...unsigned(index));
  }

  /** Pushes the 16 bytes at `address`. */
  load(address: number): void {
    this.emit(OP.i32Const, 0);
    this.vector(VECTOR.load);
    this.emit(4, ...unsigned(address));
  }

  /** `push` leaves the value to store. */
  store(address: number, push: () => void): void {
    this.emit(OP.i32Const, 0);
    push();
    this.vector(VECTOR.store);
    this.emit(4, ...unsigned(address));
  }

  /** @param bits below 64, so that one byte holds it */
  shift(opcode: number, bits: number): void {
    this.emit(OP.i32Const, bits);
    this.vector(opcode);
  }
}

/** Constants lie in memory, both lanes alike: loading one is cheaper than building it in a register. */
export class ConstantPool {
  readonly #base: number;
  readonly #addresses = new Map<bigint, number>();

  constructor(base: number) {
    this.#base = base;
  }

  get end(): number {
    return this.#base + this.#addresses.size * 16;
  }

  addressOf(value: number): number {
    return this.addressOfBits(new BigUint64Array(Float64Array.of(value).buffer)[0] as bigint);
  }

  addressOfBits(bits: bigint): number {
    const known = this.#addresses.get(bits);
    if (known !== undefined) return known;
    const address = this.end;
    this.#addresses.set(bits, address);
    return address;
  }

  writeTo(memory: ArrayBuffer): void {
    const words = new BigUint64Array(memory);
    for (const [bits, address] of this.#addresses) words.fill(bits, address / 8, address / 8 + 2);
  }
}

const PLAIN: Partial<Record<Node["op"], number>> = {
  add: VECTOR.add,
  subtract: VECTOR.subtract,
  multiply: VECTOR.multiply,
  divide: VECTOR.divide,
  negate: VECTOR.negate,
  abs: VECTOR.abs,
  sqrt: VECTOR.sqrt,
};

/** 2^52: its bits or'ed with a whole number below 2^52 are the bits of their sum. */
const TWO_52 = 2 ** 52;
const TWO_52_BITS = 0x4330_0000_0000_0000n;

/** Leaves the result of `node` on the stack. */
export function emitOperation(code: Code, node: Node, context: CodeContext): void {
  const [a, b, c, d] = node.operands as [NodeId, NodeId, NodeId, NodeId];
  const plain = PLAIN[node.op];
  if (plain !== undefined) {
    for (const operand of node.operands) context.push(operand);
    code.vector(plain);
    return;
  }
  const constant = (value: number) => code.load(context.constants.addressOf(value));
  const bits = (value: bigint) => code.load(context.constants.addressOfBits(value));
  const wholeToDouble = () => {
    bits(TWO_52_BITS);
    code.vector(VECTOR.or);
    constant(TWO_52);
    code.vector(VECTOR.subtract);
  };
  switch (node.op) {
    case "less":
    case "lessEqual":
      emitSelect(code, node.op, [a, b, c, d], context);
      return;
    case "powerOfTwo":
      context.push(a);
      constant(TWO_52 + 1023);
      code.vector(VECTOR.add);
      code.shift(VECTOR.shiftLeft, 52);
      return;
    case "exponent":
      context.push(a);
      code.shift(VECTOR.shiftRight, 52);
      wholeToDouble();
      constant(1023);
      code.vector(VECTOR.subtract);
      return;
    case "mantissa":
      context.push(a);
      bits(0x000f_ffff_ffff_ffffn);
      code.vector(VECTOR.and);
      bits(0x3ff0_0000_0000_0000n);
      code.vector(VECTOR.or);
      return;
    case "rootOfBits":
      context.push(b);
      context.push(a);
      code.shift(VECTOR.shiftRight, 32);
      wholeToDouble();
      constant(1072632447);
      code.vector(VECTOR.subtract);
      code.vector(VECTOR.multiply);
      constant(1072632447);
      code.vector(VECTOR.add);
      code.vector(VECTOR.truncate);
      code.vector(VECTOR.extendLowUnsigned);
      code.shift(VECTOR.shiftLeft, 32);
      return;
    case "exp":
    case "log":
    case "tanh":
    case "sin":
    case "cos":
    case "atan":
    case "floor":
    case "pow":
      for (const operand of node.operands) context.push(operand);
      code.emit(OP.call, ...unsigned(context.functionIndex(node.op)));
      return;
    default:
      throw new TypeError(`${node.op} is not an operation`);
  }
}

/** a < b ? c : d; where that is a maximum or minimum there is one instruction with the same answer. */
function emitSelect(
  code: Code,
  op: "less" | "lessEqual",
  [a, b, c, d]: readonly [NodeId, NodeId, NodeId, NodeId],
  context: CodeContext,
): void {
  const extreme = op === "less" && ((a === c && b === d) || (a === d && b === c));
  if (extreme) {
    // minimum(x, y) is y < x ? y : x, maximum(x, y) is x < y ? y : x
    for (const operand of a === c ? [b, a] : [a, b]) context.push(operand);
    code.vector(a === c ? VECTOR.minimum : VECTOR.maximum);
    return;
  }
  context.push(c);
  context.push(d);
  context.pushMask(op, a, b);
  code.vector(VECTOR.bitSelect);
}

/** The comparison itself. */
export function emitComparison(
  code: Code,
  op: "less" | "lessEqual",
  a: NodeId,
  b: NodeId,
  context: CodeContext,
): void {
  context.push(a);
  context.push(b);
  code.vector(op === "less" ? VECTOR.lessThan : VECTOR.lessEqual);
}
