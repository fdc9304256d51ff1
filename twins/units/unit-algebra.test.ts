import { UNITS } from "@helix/hal";
import { describe, expect, test } from "vitest";
import { NOT_MULTIPLICATIVE } from "./ucum-atoms.ts";
import {
  divide,
  formatUnit,
  multiply,
  parseUnit,
  raise,
  sameDimension,
  scaleBetween,
} from "./unit-algebra.ts";

describe("reading and writing", () => {
  test.each([
    "mmol/L/h",
    "10*9{cells}/L",
    "mmol/10*9{cells}/h",
    "/h",
    "1",
    "g2/L2",
    "%{airsat}",
    "{rev}/min",
    "kg.m/s2",
  ])("%s", (text) => {
    expect(formatUnit(parseUnit(text))).toBe(text);
  });

  test("parentheses divide what is in them", () => {
    expect(formatUnit(parseUnit("cal/(mol.K)"))).toBe("cal/mol/K");
  });

  test("what cancels is gone", () => {
    expect(formatUnit(divide(parseUnit("mmol/L/h"), parseUnit("10*9{cells}/L")))).toBe("mmol/10*9{cells}/h");
    expect(formatUnit(multiply(parseUnit("/h"), parseUnit("h")))).toBe("1");
    expect(formatUnit(raise(parseUnit("m2"), 0.5))).toBe("m");
  });
});

test("cells do not cancel against moles, and a remark on a unit is only a remark", () => {
  expect(sameDimension(parseUnit("10*9{cells}/L"), parseUnit("/L"))).toBe(false);
  expect(sameDimension(parseUnit("g{DCW}/L"), parseUnit("g/L"))).toBe(true);
});

test.each([
  ["/s", "/h", 3600],
  ["mol/L", "mmol/L", 1000],
  ["10*6{cells}/mL", "10*9{cells}/L", 1],
  ["cal", "J", 4.184],
  ["bar", "kPa", 100],
  ["d", "h", 24],
])("1 %s is %s times %d", (from, to, factor) => {
  expect(scaleBetween(parseUnit(from), parseUnit(to))).toBe(factor);
});

/** Quantities whose units differ by more than a factor, or by a molar mass. */
const NOT_BY_FACTOR = new Set(["temperature", "acidity", "oxygen concentration"]);

test("agrees with the unit table of the HAL on every factor", () => {
  let compared = 0;
  for (const unit of UNITS) {
    const reference = UNITS.find((other) => other.quantity === unit.quantity);
    if (!reference || NOT_BY_FACTOR.has(unit.quantity)) continue;
    const ours = scaleBetween(parseUnit(unit.ucum), parseUnit(reference.ucum));
    expect(ours / (unit.factor / reference.factor)).toBeCloseTo(1, 12);
    compared++;
  }
  expect(compared).toBeGreaterThan(35);
});

test("every unit of the HAL is read, or refused with what to use", () => {
  const [refused, read] = [
    UNITS.filter((u) => NOT_MULTIPLICATIVE.has(u.ucum)),
    UNITS.filter((u) => !NOT_MULTIPLICATIVE.has(u.ucum)),
  ];
  expect(refused.map((u) => u.ucum)).toEqual(["Cel", "[degF]", "[pH]"]);
  for (const { ucum } of refused) expect(() => parseUnit(ucum)).toThrow("cannot stand in an equation");
  for (const { ucum } of read) expect(() => parseUnit(ucum), ucum).not.toThrow();
});
