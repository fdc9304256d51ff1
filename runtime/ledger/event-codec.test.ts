import { encode, rfc8949EncodeOptions, Token, Type } from "cborg";
import { mapEncoder, structBigIntEncoder } from "cborg/taglib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { toHex } from "./bytes.ts";
import { decodeEvent, encodeEvent } from "./event-codec.ts";

const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { depthSize: "small" },
    fc.bigInt(),
    fc.double(),
    fc.maxSafeInteger(),
    fc.string(),
    fc.boolean(),
    fc.constant(null),
    fc.uint8Array({ maxLength: 40 }),
    fc.array(tie("any"), { maxLength: 4 }),
    fc.dictionary(fc.string({ unit: "grapheme-ascii", minLength: 1, maxLength: 6 }), tie("any"), {
      maxKeys: 4,
      noNullPrototype: true,
    }),
    fc
      .array(fc.tuple(fc.string({ maxLength: 4 }), tie("any")), { maxLength: 4 })
      .map((entries) => new Map(entries)),
  ),
})).any;

describe("event body", () => {
  test("carries every value as it is: bigint, bytes, maps, NaN, -0", () => {
    fc.assert(
      fc.property(value, (payload) => {
        const event = { type: "ANY", payload };
        expect(decodeEvent(encodeEvent(event))).toEqual(event);
      }),
      { numRuns: 200 },
    );
  });

  test("stays as it is while others are encoded, long ones and refused ones among them", () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ length: fc.integer({ min: 0, max: 90_000 }), room: fc.nat(200) }), {
          minLength: 10,
          maxLength: 40,
        }),
        (steps) => {
          const made = steps.map(({ length, room }, i) => {
            const event = { type: "ANY", i, text: "x".repeat(length) };
            const bytes = encodeEvent(event, room);
            bytes.fill(i, 0, room);
            expect(() => encodeEvent({ type: "ANY", text: "y".repeat(length), f: () => 1 } as never)).toThrow(
              "unsupported type",
            );
            return { event, bytes, room, fill: i };
          });
          for (const { event, bytes, room, fill } of made) {
            expect(decodeEvent(bytes.subarray(room))).toEqual(event);
            expect(bytes.subarray(0, room).every((byte) => byte === fill)).toBe(true);
          }
        },
      ),
      { numRuns: 20 },
    );
  });

  test("is byte for byte what an independent encoder writes under the same rules", () => {
    const rules = {
      ...rfc8949EncodeOptions,
      ignoreUndefinedProperties: true,
      typeEncoders: {
        bigint: structBigIntEncoder,
        Map: mapEncoder,
        // cborg writes the integer 0 for -0; null leaves other numbers to it.
        number: (number: number) => (Object.is(number, -0) ? new Token(Type.float, number) : null),
      },
    };
    // cborg does not use the subnormal halves, which are shorter too; they are checked below.
    const halves = fc.float().filter((number) => number === 0 || Math.abs(number) >= 2 ** -14);
    fc.assert(
      fc.property(fc.oneof(value, halves, fc.string({ maxLength: 300, unit: "grapheme" })), (payload) => {
        const event = { type: "ANY", payload };
        expect(toHex(encodeEvent(event))).toBe(toHex(encode(event, rules)));
      }),
      { numRuns: 500 },
    );
    for (let bits = 0; bits < 0x10000; bits += 7) {
      const half = new Float16Array(Uint16Array.of(bits).buffer)[0];
      const bytes = encodeEvent({ type: "H", half } as never);
      expect(decodeEvent(bytes)).toEqual({ type: "H", half });
      const subnormal = (bits & 0x7c00) === 0 && (bits & 0x3ff) !== 0;
      if (!subnormal) expect(toHex(bytes)).toBe(toHex(encode({ type: "H", half }, rules)));
      else expect(toHex(bytes)).toContain(`f9${bits.toString(16).padStart(4, "0")}`);
    }
  });

  test("has one form, whatever the order of the fields", () => {
    const a = encodeEvent({
      type: "X",
      b: 1,
      a: new Map([
        ["k", 1n],
        ["j", 2n],
      ]),
    } as never);
    const b = encodeEvent({
      a: new Map([
        ["j", 2n],
        ["k", 1n],
      ]),
      b: 1,
      type: "X",
    } as never);
    expect(toHex(a)).toBe(toHex(b));
  });

  test("leaves out what is undefined", () => {
    const event = decodeEvent(
      encodeEvent({ type: "X", gone: undefined, deep: { gone: undefined } } as never),
    );
    expect(event).toStrictEqual({ type: "X", deep: {} });
  });

  test("refuses what has no form", () => {
    expect(() => encodeEvent({ type: "X", f: () => 1 } as never)).toThrow("unsupported type");
    expect(() => encodeEvent({ type: "X", d: new Date(0) } as never)).toThrow("unsupported type");
  });

  test("refuses bytes that are no event", () => {
    expect(() => decodeEvent(Uint8Array.of(0x01))).toThrow("not an event");
  });
});
