/** What an editor underlines is what the reader refuses, and the other way round. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { PATTERNS } from "./patterns.ts";
import { checkUnit, parseQuantity } from "./quantity.ts";
import { nominalSeconds, parseDuration, parseTime } from "./time-expression.ts";

/** Pieces of which what is right and what is nearly right are made. */
const NUMBERS = ["96", "1.5", ".5", "2.", "0", "0.0", "-2", "+3", "1e3", "1e-2", "9 6", "1.2.3", "e"];
const UNITS = ["s", "min", "h", "d", "ms", "hr", "m", "L/h", "[pH]", "[pH]/h", "%{airsat}/min", "1", "%"];
const SIGNS = [" ", "  ", "\t", " + ", " - ", " +- ", " ± ", "+", "-", "±", "end", "parsec"];
const PIECES = [...NUMBERS, ...UNITS, ...SIGNS];
const nearly = fc.array(fc.constantFrom(...PIECES), { maxLength: 9 }).map((pieces) => pieces.join(""));
const duration = fc
  .tuple(fc.constantFrom("96", "0.5", "1e2", "-3"), fc.constantFrom("", " "), fc.constantFrom("h", "s", "d"))
  .map((parts) => parts.join(""));
/** Mostly right, so that both sides are met. */
const sum = fc
  .array(fc.tuple(duration, fc.constantFrom(" + ", " - ", " +- ", " ± ")), { maxLength: 3 })
  .chain((terms) => duration.map((last) => `${terms.flat().join("")}${last}`));
const text = fc.oneof(nearly, sum);

const agree = (pattern: string, reads: (text: string) => boolean) => {
  const is = new RegExp(pattern, "u");
  fc.assert(
    fc.property(text, (written) => {
      // Beyond what a number holds: infinite, or zero, for the reader alone.
      fc.pre(!/e[+-]?\d{3}/.test(written));
      expect(is.test(written), written).toBe(reads(written));
    }),
    { numRuns: 3000 },
  );
};

test("times", () => {
  agree(PATTERNS.time, (written) => parseTime(written).ok);
  const certain = (written: string) => {
    const time = parseTime(written);
    return time.ok && time.value.tolerance === undefined;
  };
  agree(PATTERNS.certainTime, certain);
  agree(PATTERNS.timeOrEnd, (written) => written === "end" || certain(written));
});

test("durations are above 0", () => {
  agree(PATTERNS.timeSpan, (written) => {
    const read = parseDuration(written);
    return read.ok && nominalSeconds({ terms: [read.value], tolerance: undefined }) > 0;
  });
});

test("quantities and units", () => {
  agree(PATTERNS.quantity, (written) => parseQuantity(written).ok);
  agree(PATTERNS.unit, (written) => checkUnit(written).ok);
});

test.each([
  [PATTERNS.time, "72 h + 60 s", true],
  [PATTERNS.time, "100 h +- 30 min", true],
  [PATTERNS.time, "100 h +- 30 min + 2 s", false],
  [PATTERNS.time, "100 hours", false],
  [PATTERNS.time, "96 h-2 s", false],
  [PATTERNS.certainTime, "100 h +- 30 min", false],
  [PATTERNS.timeSpan, "10 s", true],
  [PATTERNS.timeSpan, "0 s", false],
  [PATTERNS.quantity, "-0.4 %{airsat}/h", true],
  [PATTERNS.quantity, "961", false],
])("%s: `%s` %s", (pattern, written, isRight) => {
  expect(new RegExp(pattern, "u").test(written)).toBe(isRight);
});
