import fc from "fast-check";
import { expect, test } from "vitest";
import { editDistance, nearest } from "./nearest.ts";

const KEYS = ["driver_library", "display_name", "drop_policy", "auto_connect", "reconnect_retries"];

test("a slip of the finger finds its word", () => {
  expect(nearest("drop_polcy", KEYS)).toBe("drop_policy");
  expect(nearest("dirver_library", KEYS)).toBe("driver_library");
  expect(nearest("reconnect-retries", KEYS)).toBe("reconnect_retries");
  expect(nearest("AutoConnect", KEYS)).toBe("auto_connect");
});

test("a word that is near to nothing gets no suggestion", () => {
  expect(nearest("colour", KEYS)).toBeUndefined();
  expect(nearest("", KEYS)).toBeUndefined();
  expect(nearest("x", ["y"])).toBeUndefined();
  expect(nearest("a".repeat(100_000), KEYS)).toBeUndefined();
});

test("a swap of neighbours counts as one edit", () => {
  expect(editDistance("ab", "ba")).toBe(1);
  expect(editDistance("kitten", "sitting")).toBe(3);
  expect(editDistance("", "abc")).toBe(3);
});

test("the distance is symmetric, zero only for equal words, and at most the longer word", () => {
  const word = fc.string({ maxLength: 12 });
  fc.assert(
    fc.property(word, word, (a, b) => {
      const distance = editDistance(a, b);
      expect(distance).toBe(editDistance(b, a));
      expect(distance === 0).toBe(a === b);
      expect(distance).toBeLessThanOrEqual(Math.max(a.length, b.length));
      expect(distance).toBeGreaterThanOrEqual(Math.abs(a.length - b.length));
    }),
  );
});
