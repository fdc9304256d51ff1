/** WebAssembly binary format: the few parts that the kernels need (WebAssembly 2.0, section 5). */

/** Value types, and the empty block type. */
export const TYPE = { v128: 0x7b, i32: 0x7f, empty: 0x40 } as const;

/** Opcodes; those of the vector group follow the prefix 0xfd. */
export const OP = {
  loop: 0x03,
  if: 0x04,
  end: 0x0b,
  branchIf: 0x0d,
  call: 0x10,
  localGet: 0x20,
  localSet: 0x21,
  i32Const: 0x41,
  i32Eqz: 0x45,
} as const;

export const VECTOR = {
  load: 0x00,
  store: 0x0b,
  constant: 0x0c,
  lessThan: 0x49,
  greaterThan: 0x4a,
  lessEqual: 0x4b,
  and: 0x4e,
  or: 0x50,
  bitSelect: 0x52,
  anyTrue: 0x53,
  extendLowUnsigned: 0xc9,
  shiftLeft: 0xcb,
  shiftRight: 0xcd,
  abs: 0xec,
  negate: 0xed,
  sqrt: 0xef,
  add: 0xf0,
  subtract: 0xf1,
  multiply: 0xf2,
  divide: 0xf3,
  minimum: 0xf6,
  maximum: 0xf7,
  truncate: 0xfc,
} as const;

export interface FunctionType {
  readonly parameters: readonly number[];
  readonly results: readonly number[];
}

export interface FunctionCode {
  readonly type: number;
  /** Locals beyond the parameters, in runs of one type. */
  readonly locals: readonly { readonly count: number; readonly type: number }[];
  readonly body: readonly number[];
  /** Name under which it is exported. */
  readonly exportName?: string;
}

/** "\0asm", version 1 */
const MAGIC = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];

/** A module with one memory, imported as env.memory, of at least `pages`. */
export function encodeModule(
  types: readonly FunctionType[],
  functions: readonly FunctionCode[],
  pages: number,
): Uint8Array<ArrayBuffer> {
  const exported = functions.flatMap((f, index) =>
    f.exportName === undefined ? [] : [[...text(f.exportName), 0x00, ...unsigned(index)]],
  );
  return Uint8Array.from([
    ...MAGIC,
    ...section(
      1,
      vector(
        types.map((t) => [
          0x60,
          ...vector(t.parameters.map((p) => [p])),
          ...vector(t.results.map((r) => [r])),
        ]),
      ),
    ),
    ...section(2, vector([[...text("env"), ...text("memory"), 0x02, 0x00, ...unsigned(pages)]])),
    ...section(3, vector(functions.map((f) => unsigned(f.type)))),
    ...section(7, vector(exported)),
    ...codeSection(functions),
  ]);
}

function codeSection(functions: readonly FunctionCode[]): number[] {
  const bodies = functions.map((f) => {
    const locals = vector(f.locals.map((run) => [...unsigned(run.count), run.type]));
    return [...unsigned(locals.length + f.body.length + 1), ...locals].concat(f.body as number[], OP.end);
  });
  const content = unsigned(functions.length).concat(...bodies);
  return [10, ...unsigned(content.length)].concat(content);
}

const section = (id: number, content: readonly number[]): number[] => [
  id,
  ...unsigned(content.length),
  ...content,
];
const vector = (items: readonly (readonly number[])[]): number[] => [
  ...unsigned(items.length),
  ...items.flat(),
];
const text = (name: string): number[] => [...unsigned(name.length), ...new TextEncoder().encode(name)];

/** LEB128 */
export function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  do {
    const low = rest % 128;
    rest = Math.floor(rest / 128);
    bytes.push(rest > 0 ? low + 128 : low);
  } while (rest > 0);
  return bytes;
}
