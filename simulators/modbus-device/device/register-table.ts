/** A table of 16-bit registers with values of one or two registers in it. */
import { type RegisterEntry, SERIAL_NUMBER_REGISTER, SERIAL_NUMBER_REGISTERS, wordsOf } from "../options.ts";

type Layout = Pick<RegisterEntry, "register" | "type" | "wordOrder" | "scale" | "offset">;

export interface Cell {
  readonly entry: Layout;
  /** In the quantity's unit. */
  read(): number;
  /** False for a value that it does not take; absent where it takes none. */
  write?(value: number): boolean;
}

export type WriteOutcome = "written" | "no-such-register" | "not-acceptable";

interface Place {
  readonly cell: Cell;
  /** Which of the cell's registers. */
  readonly word: number;
}

export class RegisterTable {
  readonly #places = new Map<number, Place>();

  constructor(cells: readonly Cell[]) {
    for (const cell of cells) {
      for (let word = 0; word < wordsOf(cell.entry); word++) {
        this.#places.set(cell.entry.register + word, { cell, word });
      }
    }
  }

  /** Undefined when one of the registers is not there. The words of one value are of one instant. */
  read(address: number, quantity: number): number[] | undefined {
    const words: number[] = [];
    let present: Cell | undefined;
    let presentWords: number[] = [];
    for (let at = address; at < address + quantity; at++) {
      const place = this.#places.get(at);
      if (place === undefined) return undefined;
      if (place.cell !== present) {
        present = place.cell;
        presentWords = toWords(place.cell.read(), place.cell.entry);
      }
      words.push(presentWords[place.word] as number);
    }
    return words;
  }

  /** All or nothing but for the instrument's own limits, which hold value by value. */
  write(address: number, words: readonly number[]): WriteOutcome {
    for (let at = 0; at < words.length; ) {
      const place = this.#places.get(address + at);
      const size = place ? wordsOf(place.cell.entry) : 0;
      const isWhole = place?.word === 0 && at + size <= words.length;
      if (!isWhole || place.cell.write === undefined) return "no-such-register";
      at += size;
    }
    for (let at = 0; at < words.length; ) {
      const { cell } = this.#places.get(address + at) as Place;
      const size = wordsOf(cell.entry);
      if (!cell.write?.(fromWords(words.slice(at, at + size), cell.entry))) return "not-acceptable";
      at += size;
    }
    return "written";
  }
}

/** The serial number in registers of its own, two characters each. */
export function textCells(text: string): Cell[] {
  return Array.from({ length: SERIAL_NUMBER_REGISTERS }, (_, at): Cell => {
    const [high, low] = [text.charCodeAt(2 * at) || 0, text.charCodeAt(2 * at + 1) || 0];
    const entry = {
      register: SERIAL_NUMBER_REGISTER + at,
      type: "u16",
      wordOrder: "big",
      scale: 1,
      offset: 0,
    };
    return { entry: entry as Layout, read: () => 256 * high + low };
  });
}

const BOUNDS = {
  u16: [0, 65_535],
  i16: [-32_768, 32_767],
  u32: [0, 4_294_967_295],
  i32: [-2_147_483_648, 2_147_483_647],
} as const;

const buffer = Buffer.alloc(4);

/** A reading that the type cannot hold shows as the nearest that it can. */
export function toWords(value: number, { type, wordOrder, scale, offset }: Layout): number[] {
  const raw = (value - offset) / scale;
  if (type === "f32") buffer.writeFloatBE(raw);
  else {
    const [low, high] = BOUNDS[type];
    const bounded = Math.min(high, Math.max(low, Math.round(raw)));
    if (type === "u16" || type === "i16") return [bounded & 0xffff];
    buffer.writeInt32BE(bounded | 0);
  }
  const words = [buffer.readUInt16BE(0), buffer.readUInt16BE(2)];
  return wordOrder === "big" ? words : words.reverse();
}

export function fromWords(words: readonly number[], { type, wordOrder, scale, offset }: Layout): number {
  const ordered = wordOrder === "big" || words.length === 1 ? words : [...words].reverse();
  const [first = 0, second = 0] = ordered;
  buffer.writeUInt16BE(first, 0);
  buffer.writeUInt16BE(second, 2);
  const read = {
    u16: () => buffer.readUInt16BE(0),
    i16: () => buffer.readInt16BE(0),
    u32: () => buffer.readUInt32BE(0),
    i32: () => buffer.readInt32BE(0),
    f32: () => buffer.readFloatBE(0),
  };
  return read[type]() * scale + offset;
}
