/**
 * Numbers in registers: 16 or 32 bits, integer or IEEE 754, with either order of the two words. Within a
 * register the high byte comes first, always (Modbus Application Protocol 1.1b3, 4.2).
 */

export const VALUE_TYPES = ["u16", "i16", "u32", "i32", "f32"] as const;
export type ValueType = (typeof VALUE_TYPES)[number];
/** big: the high word has the lower address. */
export const WORD_ORDERS = ["big", "little"] as const;
export type WordOrder = (typeof WORD_ORDERS)[number];

export interface ValueLayout {
  readonly type: ValueType;
  readonly wordOrder: WordOrder;
  /** value = raw * scale + offset, in the channel's unit */
  readonly scale: number;
  readonly offset: number;
}

export const registerCount = (type: ValueType): 1 | 2 => (type.endsWith("16") ? 1 : 2);

const RANGES: Readonly<Record<Exclude<ValueType, "f32">, readonly [number, number]>> = {
  u16: [0, 0xffff],
  i16: [-0x8000, 0x7fff],
  u32: [0, 0xffffffff],
  i32: [-0x80000000, 0x7fffffff],
};

const view = new DataView(new ArrayBuffer(4));

/** The bits as they stand in the registers at `at`, high word first; u32. */
export function rawBits(registers: readonly number[], at: number, layout: ValueLayout): number {
  const first = registers[at] as number;
  if (registerCount(layout.type) === 1) return first;
  const second = registers[at + 1] as number;
  const [high, low] = layout.wordOrder === "big" ? [first, second] : [second, first];
  return high * 0x10000 + low;
}

/** In the channel's unit; NaN where the registers hold no number. */
export function valueOf(bits: number, layout: ValueLayout): number {
  return numberOf(bits, layout.type) * layout.scale + layout.offset;
}

/**
 * The registers for a value in the channel's unit, to the nearest that the type can hold.
 *
 * @throws RangeError for a value that it cannot
 */
export function registersFor(value: number, layout: ValueLayout): number[] {
  const { type, scale, offset, wordOrder } = layout;
  const bits = bitsOf((value - offset) / scale, type);
  if (registerCount(type) === 1) return [bits & 0xffff];
  const words = [bits >>> 16, bits & 0xffff];
  return wordOrder === "big" ? words : words.reverse();
}

/** Smallest step of the value; 0 for f32, whose step depends on the value. */
export const resolutionOf = ({ type, scale }: ValueLayout) => (type === "f32" ? 0 : Math.abs(scale));

function numberOf(bits: number, type: ValueType): number {
  switch (type) {
    case "u16":
    case "u32":
      return bits;
    case "i16":
      return (bits << 16) >> 16;
    case "i32":
      return bits | 0;
    case "f32":
      view.setUint32(0, bits);
      return view.getFloat32(0);
  }
}

function bitsOf(raw: number, type: ValueType): number {
  if (type === "f32") {
    view.setFloat32(0, raw);
    if (!Number.isFinite(view.getFloat32(0))) throw new RangeError(`${raw} is no number of 32 bits`);
    return view.getUint32(0);
  }
  const [low, high] = RANGES[type];
  const nearest = Math.round(raw);
  if (!(nearest >= low && nearest <= high)) {
    throw new RangeError(`the register would hold ${nearest}, outside ${low} to ${high} of ${type}`);
  }
  return nearest >>> 0;
}
