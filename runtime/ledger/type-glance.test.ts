/** A glance never passes over a record of the type that it looks for. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { encodeEvent } from "./event-codec.ts";
import { draftRecord } from "./record-codec.ts";
import { typeGlance } from "./type-glance.ts";

const CONTENT = {
  utcNs: 0n,
  monotonicNs: 0n,
  bootId: new Uint8Array(16),
  eventId: new Uint8Array(16),
  durability: "B",
} as const;
const recordOf = (event: object) => draftRecord({ ...CONTENT, body: encodeEvent(event as never) });

test("whatever fields stand before or after the type, many or few", () => {
  const key = fc
    .oneof(fc.string(), fc.constantFrom("url", "file", "dtype", "zone"))
    .filter((k) => k !== "type");
  const value = fc.oneof(fc.string(), fc.constantFrom("dtypeRECOVERY", "RECOVERY"), fc.integer());
  const fields = fc.dictionary(key, value, { maxKeys: 40 });
  const type = fc.oneof(fc.constantFrom("RECOVERY", "RECOVER", "TIME_STAMPED"), fc.string({ maxLength: 40 }));
  fc.assert(
    fc.property(fields, type, (others, name) => {
      const event = { ...others, type: name };
      if (name.startsWith("RECOVERY")) expect(typeGlance("RECOVERY")(recordOf(event))).toBe(true);
      // Where nothing shorter stands before it, the look is exact.
      const isFirst = Object.keys(others).every((other) => Buffer.byteLength(other) > 4);
      if (isFirst) expect(typeGlance("RECOVERY")(recordOf(event))).toBe(name.startsWith("RECOVERY"));
    }),
  );
});
