import { UNITS } from "@helix/hal";
import { createSeededRandom } from "@helix/platform";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatQuantity, parseQuantity } from "./quantity.ts";
import { drawSeconds, formatTime, nominalSeconds, parseTime, toleranceSeconds } from "./time-expression.ts";

const number = fc.double({ noNaN: true, noDefaultInfinity: true }).filter((n) => !Object.is(n, -0));
const unit = fc.oneof(
  fc.constantFrom(...UNITS.map((u) => u.ucum)),
  fc.constantFrom(...UNITS.map((u) => `${u.ucum}/h`)),
);
const positive = fc.double({ min: 0, noNaN: true, noDefaultInfinity: true });
const timeUnit = fc.constantFrom("s", "min", "h", "d", "ms");
const duration = (value: fc.Arbitrary<number>) => fc.record({ value, unit: timeUnit });

describe("quantities and times", () => {
  test("a quantity reads back as it was written", () => {
    fc.assert(
      fc.property(fc.record({ value: number, unit }), (quantity) => {
        expect(parseQuantity(formatQuantity(quantity))).toEqual({ ok: true, value: quantity });
      }),
    );
  });

  test("a time reads back as it was written", () => {
    const time = fc.record({
      terms: fc.array(duration(number.filter((n) => n !== 0)), { minLength: 1, maxLength: 4 }),
      tolerance: fc.option(duration(positive), { nil: undefined }),
    });
    fc.assert(
      fc.property(time, (expression) => {
        expect(parseTime(formatTime(expression))).toEqual({ ok: true, value: expression });
      }),
    );
  });

  test.each([
    ["96 h", 345_600, 0],
    ["96 h - 2 s", 345_598, 0],
    ["4 d + 30 min - 1.5 s", 347_398.5, 0],
    ["100 h +- 30 min", 360_000, 1800],
    ["100 h ± 30 min", 360_000, 1800],
    ["-2 h + 1e2 s", -7100, 0],
  ])("%s is %d s, give or take %d s", (text, nominal, tolerance) => {
    const time = parseTime(text);
    if (!time.ok) throw new Error(time.message);
    expect(nominalSeconds(time.value)).toBeCloseTo(nominal, 9);
    expect(toleranceSeconds(time.value)).toBe(tolerance);
  });

  test.each([
    "",
    "h",
    "96",
    "96 h - ",
    "96 h 2 s",
    "96 h +- 5 min + 1 s",
    "96 h +- -5 min",
    "96 kg",
    "1e999 h",
  ])("%j is no time", (text) => {
    expect(parseTime(text).ok).toBe(false);
  });

  test("a drawn time keeps to its tolerance and uses its whole width", () => {
    const time = parseTime("100 h +- 30 min");
    if (!time.ok) throw new Error(time.message);
    const random = createSeededRandom("draw");
    const drawn = Array.from({ length: 400 }, () => drawSeconds(time.value, random) - 360_000);
    for (const offset of drawn) expect(Math.abs(offset)).toBeLessThanOrEqual(1800);
    expect(Math.min(...drawn)).toBeLessThan(-1600);
    expect(Math.max(...drawn)).toBeGreaterThan(1600);
  });

  test("a certain time takes nothing from chance", () => {
    const time = parseTime("96 h");
    if (!time.ok) throw new Error(time.message);
    const random = createSeededRandom("draw");
    drawSeconds(time.value, random);
    expect(random.uniform()).toBe(createSeededRandom("draw").uniform());
  });
});
