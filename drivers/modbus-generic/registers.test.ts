import fc from "fast-check";
import { expect, test } from "vitest";
import { rawBits, registersFor, VALUE_TYPES, type ValueLayout, valueOf, WORD_ORDERS } from "./registers.ts";

const layout = (changes: Partial<ValueLayout>): ValueLayout => ({
  type: "u16",
  wordOrder: "big",
  scale: 1,
  offset: 0,
  ...changes,
});

const throughRegisters = (value: number, as: ValueLayout) =>
  valueOf(rawBits(registersFor(value, as), 0, as), as);

test.for([
  [{ type: "i16", scale: 0.1 }, [0xff38], -20],
  [{ type: "u32" }, [0x0001, 0x0002], 65_538],
  [{ type: "u32", wordOrder: "little" }, [0x0002, 0x0001], 65_538],
  [{ type: "i32" }, [0xffff, 0xfffe], -2],
  [{ type: "f32" }, [0x4214, 0x0000], 37],
  [{ type: "f32", wordOrder: "little" }, [0x0000, 0x4214], 37],
  [{ type: "u16", scale: 0.5, offset: -100 }, [300], 50],
] as const)("%j in %j is %d, and back", ([changes, registers, value]) => {
  const as = layout(changes);
  expect(valueOf(rawBits(registers, 0, as), as)).toBeCloseTo(value, 9);
  expect(registersFor(value, as)).toEqual(registers);
});

test("a value keeps within half a step of its type, whatever the layout", () => {
  const layouts = fc.record({
    type: fc.constantFrom(...VALUE_TYPES),
    wordOrder: fc.constantFrom(...WORD_ORDERS),
    scale: fc.constantFrom(1, 0.1, -0.01, 2),
    offset: fc.constantFrom(0, -40, 12.5),
  });
  fc.assert(
    fc.property(layouts, fc.double({ min: 0, max: 300, noNaN: true }), (as, raw) => {
      const value = raw * as.scale + as.offset;
      const step = as.type === "f32" ? 1e-4 : Math.abs(as.scale) / 2;
      expect(Math.abs(throughRegisters(value, as) - value)).toBeLessThanOrEqual(step + 1e-9);
    }),
  );
});

test.for([
  ["u16", -1],
  ["u16", 65_536],
  ["i16", 40_000],
  ["i32", 3e9],
  ["f32", 1e39],
  ["u32", Number.NaN],
] as const)("%s cannot hold %d", ([type, value]) => {
  expect(() => registersFor(value, layout({ type }))).toThrow(RangeError);
});
