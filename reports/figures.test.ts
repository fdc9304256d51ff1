import { expect, test } from "vitest";
import { batchAge, countText, decimalsFor, durationText, fixed, significant, utcText } from "./figures.ts";

test("batch age: hours beyond two digits, tenths only where there are any, before inoculation", () => {
  expect(batchAge(96 * 3600 + 10)).toBe("96:00:10");
  expect(batchAge(336 * 3600)).toBe("336:00:00");
  expect(batchAge(59.96)).toBe("00:01:00");
  expect(batchAge(1.26)).toBe("00:00:01.3");
  expect(batchAge(-2)).toBe("\u221200:00:02");
  expect(batchAge(-0.01)).toBe("00:00:00");
});

test("significant figures keep what matters and nothing else", () => {
  expect(significant(0.00220049)).toBe("0.0022");
  expect(significant(36.5)).toBe("36.5");
  expect(significant(1200)).toBe("1200");
  expect(significant(123456)).toBe("123\u202f456");
  expect(significant(-6)).toBe("\u22126");
  expect(significant(0)).toBe("0");
  expect(significant(1.5e-9)).toBe("1.500e\u22129");
  expect(significant(9.99996)).toBe("10");
});

test("a column of fixed decimals lines up, and has no minus zero", () => {
  expect([7.05, 10, 0.004].map((v) => fixed(v, 2))).toEqual(["7.05", "10.00", "0.00"]);
  expect(fixed(-0.001, 2)).toBe("0.00");
  expect(decimalsFor(0.0004)).toBe(6);
  expect(decimalsFor(400)).toBe(0);
});

test("counts are grouped from five digits on, decimal text beyond 2^53 included", () => {
  expect(countText(9999)).toBe("9999");
  expect(countText("18446744073709551615")).toBe("18\u202f446\u202f744\u202f073\u202f709\u202f551\u202f615");
});

test("durations and instants", () => {
  expect(durationText(45)).toBe("45 s");
  expect(durationText(150)).toBe("2 min 30 s");
  expect(durationText(4 * 3600)).toBe("4 h");
  expect(durationText(3900)).toBe("1 h 05 min");
  expect(utcText("2026-11-02T08:00:00Z", 96 * 3600 + 10)).toBe("2026-11-06 08:00:10 UTC");
});
