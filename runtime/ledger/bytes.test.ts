import fc from "fast-check";
import { expect, test } from "vitest";
import { equalAt, isAllZero, uint32At, viewOf } from "./bytes.ts";
import { isNumbered } from "./record-codec.ts";

test("four bytes read as the view reads them", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 4, maxLength: 20 }), fc.nat(16), (bytes, wanted) => {
      const at = Math.min(wanted, bytes.length - 4);
      expect(uint32At(bytes, at)).toBe(viewOf(bytes).getUint32(at, true));
    }),
  );
});

test("parts are equal where every byte is, and never past an end", () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1, maxLength: 40 }),
      fc.nat(39),
      fc.nat(60),
      (bytes, from, length) => {
        const other = Uint8Array.from([7, 7, ...bytes]);
        const fits = from + length <= bytes.length;
        expect(equalAt(bytes, from, other, from + 2, length)).toBe(fits);
        if (!fits || length === 0) return;
        for (let i = 0; i < length; i++) {
          const changed = other.slice();
          changed[from + 2 + i] = (other[from + 2 + i] as number) ^ 1;
          expect(equalAt(bytes, from, changed, from + 2, length)).toBe(false);
        }
      },
    ),
  );
});

test("a record numbers itself by all eight bytes", () => {
  const number = fc.oneof(
    fc.bigInt(0n, 2n ** 64n - 1n),
    fc.bigInt(2n ** 53n - 3n, 2n ** 53n + 3n),
    fc.bigInt(0n, 9n),
  );
  fc.assert(
    fc.property(number, fc.maxSafeInteger().map(Math.abs), (stated, wanted) => {
      const record = new Uint8Array(104);
      viewOf(record).setBigUint64(8, stated, true);
      expect(isNumbered(record, wanted)).toBe(stated === BigInt(wanted));
      if (stated < 2n ** 53n) expect(isNumbered(record, Number(stated))).toBe(true);
    }),
  );
});

test("one byte anywhere is not all zero", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 200_000 }), fc.nat(), (length, at) => {
      const bytes = new Uint8Array(length);
      expect(isAllZero(bytes)).toBe(true);
      bytes[at % length] = 1;
      expect(isAllZero(bytes)).toBe(false);
    }),
    { numRuns: 30 },
  );
});
