import { describe, expect, test } from "vitest";
import { buildProgram } from "../compile/program.ts";
import { compileToWebAssembly } from "../compile/webassembly.ts";
import { RODAS4 } from "../solvers/rodas4.ts";
import { libraryModel } from "../testing/models.ts";
import { type BatchCourse, nominalPlan, type PaaFeed, runBatch } from "./indpensim-batch.ts";
import { IndPenSimControl } from "./indpensim-control.ts";
import { faultNumbered, heldAt, INDPENSIM_FAULTS, NO_FAULT, onsetOf } from "./indpensim-faults.ts";
import { PaaLoop } from "./indpensim-paa-loop.ts";

const model = libraryModel("penicillin-indpensim");
const ACTED = ["Fa", "Fb", "Fc", "Fh"];
const RECIPE = ["FgH", "pres", "Fs", "Fpaa", "Foil", "Fw", "Fdis"];

/** Scan, value and input as the published controller has them, both ends included. */
const PUBLISHED: Record<number, [input: string, value: number, first: number, last: number][]> = {
  1: [
    ["FgH", 20, 100, 120],
    ["FgH", 20, 500, 550],
  ],
  2: [
    ["pres", 2, 500, 520],
    ["pres", 2, 1000, 1200],
  ],
  3: [
    ["Fs", 2, 100, 150],
    ["Fs", 20, 380, 460],
    ["Fs", 20, 1000, 1070],
  ],
  4: [
    ["Fb", 5, 400, 420],
    ["Fb", 10, 700, 800],
  ],
  5: [
    ["Fc", 2, 350, 450],
    ["Fc", 10, 1200, 1350],
  ],
};
const ONSETS = [undefined, 100, 500, 100, 400, 350, 100, 201, 201];

const run = new Map<string, BatchCourse>();
const sound = batch(0);
const input = (course: BatchCourse, name: string, k: number): number =>
  course.inputs[k - 1]?.[model.inputs.findIndex((u) => u.name === name)] as number;
const state = (course: BatchCourse, name: string, k: number): number =>
  course.states[k - 1]?.[model.states.findIndex((y) => y.name === name)] as number;
const pH = (course: BatchCourse, k: number): number => -Math.log10(state(course, "H", k));
const scans = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, i) => first + i);
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** Each batch runs once. */
function batch(number: number, paaFeed: PaaFeed = "recipe"): BatchCourse {
  const key = `${number} ${paaFeed}`;
  const known = run.get(key);
  if (known) return known;
  const kernel = compileToWebAssembly(buildProgram(model, RODAS4));
  const plan = nominalPlan(model, faultNumbered(number), paaFeed);
  const course = runBatch(model, plan, { rtol: 1e-6, atol: 1e-9 }, kernel);
  run.set(key, course);
  return course;
}

describe.each(INDPENSIM_FAULTS.slice(1))("fault $number, $name", (fault) => {
  const course = batch(fault.number);

  test("changes nothing before its time, to the last bit, and something at its time", () => {
    const onset = onsetOf(fault) as number;
    expect(onset).toBe(ONSETS[fault.number]);
    for (const k of scans(1, onset - 1)) {
      expect(course.states[k - 1], `states of scan ${k}`).toEqual(sound.states[k - 1]);
      expect(course.inputs[k - 1], `inputs of scan ${k}`).toEqual(sound.inputs[k - 1]);
    }
    expect(course.states[onset - 1]).not.toEqual(sound.states[onset - 1]);
  });

  test("holds what the published program holds, when it does, and leaves the recipe alone otherwise", () => {
    const expected = fault.number === 6 ? Object.values(PUBLISHED).flat() : (PUBLISHED[fault.number] ?? []);
    for (const k of scans(1, course.inputs.length)) {
      const held = new Map(
        expected.filter(([, , first, last]) => first <= k && k <= last).map(([name, value]) => [name, value]),
      );
      expect(new Map(heldAt(fault, k).map((h) => [h.input, h.value]))).toEqual(held);
      for (const name of RECIPE)
        expect(input(course, name, k), `${name} of scan ${k}`).toBe(held.get(name) ?? input(sound, name, k));
      for (const name of ACTED.filter((one) => held.has(one)))
        expect(input(course, name, k)).toBe(held.get(name));
    }
  });
});

/** Each fault by what it does to the vessel; a batch without it is the measure. */
describe("figures of merit", () => {
  const least = (course: BatchCourse, name: string, first: number, last: number) =>
    Math.min(...scans(first, last).map((k) => state(course, name, k)));

  test("aeration: less air leaves less oxygen", () => {
    expect(least(batch(1), "DO", 100, 120)).toBeLessThan(0.9 * least(sound, "DO", 100, 120));
  });

  test("back pressure: oxygen dissolves better while it lasts", () => {
    expect(state(batch(2), "DO", 520)).toBeGreaterThan(1.2 * state(sound, "DO", 520));
  });

  test("sugar feed: 2 L/h instead of 30 to 150 leave a fifth fewer living cells", () => {
    const cells = (course: BatchCourse) => state(course, "a0", 150) + state(course, "a1", 150);
    expect(cells(batch(3))).toBeLessThan(0.8 * cells(sound));
  });

  test("base flow: the vessel turns acid", () => {
    const course = batch(4);
    expect(Math.min(...scans(400, 420).map((k) => pH(course, k)))).toBeLessThan(6.2);
    expect(Math.min(...scans(400, 420).map((k) => pH(sound, k)))).toBeGreaterThan(6.4);
  });

  test("coolant flow: the vessel warms by some kelvin", () => {
    const warmest = (course: BatchCourse) => Math.max(...scans(350, 450).map((k) => state(course, "T", k)));
    expect(warmest(batch(5)) - warmest(sound)).toBeGreaterThan(2);
  });

  test("all actuators: the least product of all", () => {
    const product = (course: BatchCourse) => state(course, "P", 1150) * state(course, "V", 1150);
    const all = product(batch(6));
    for (const number of [0, 1, 2, 3, 4, 5]) expect(all).toBeLessThan(product(batch(number)));
  });

  test("temperature sensor: the controller keeps the vessel 0.4 K too warm", () => {
    const kept = (course: BatchCourse) => mean(scans(900, 1100).map((k) => state(course, "T", k)));
    expect(kept(batch(7)) - kept(sound)).toBeCloseTo(0.4, 1);
  });

  test("pH sensor: the controller keeps the vessel 0.1 too high", () => {
    const kept = (course: BatchCourse) => mean(scans(900, 1100).map((k) => pH(course, k)));
    expect(kept(batch(8)) - kept(sound)).toBeCloseTo(0.1, 2);
  });

  test("the error of a sensor grows on a line", () => {
    const [drifting, half] = [batch(8), scans(450, 550)];
    expect(mean(half.map((k) => pH(drifting, k) - pH(sound, k)))).toBeCloseTo(0.05, 2);
  });
});

describe("the loop of phenylacetic acid", () => {
  const looped = batch(0, "loop");

  test("leaves the feed to the recipe before 10 h, and no other input is its own", () => {
    for (const k of scans(1, 49)) expect(looped.inputs[k - 1]).toEqual(sound.inputs[k - 1]);
    for (const k of scans(50, 1150))
      for (const name of RECIPE.filter((one) => one !== "Fpaa"))
        expect(input(looped, name, k)).toBe(input(sound, name, k));
  });

  test("keeps 1200 mg/L within 5 % once it is there, where the recipe does not", () => {
    const off = (course: BatchCourse) =>
      Math.max(...scans(500, 1100).map((k) => Math.abs(state(course, "PAA", k) - 1200)));
    expect(off(looped)).toBeLessThan(60);
    expect(off(sound)).toBeGreaterThan(300);
  });

  test("feeds within 0 and 150 L/h", () => {
    for (const k of scans(50, 1150)) {
      expect(input(looped, "Fpaa", k)).toBeGreaterThanOrEqual(0);
      expect(input(looped, "Fpaa", k)).toBeLessThanOrEqual(150);
    }
  });
});

test("a batch without fault is fault 0, and other numbers are refused", () => {
  expect(faultNumbered(0)).toBe(NO_FAULT);
  expect(INDPENSIM_FAULTS.map(({ number }) => number)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  expect(() => faultNumbered(9)).toThrow("IndPenSim has no fault 9: its faults are 0 (none) to 8");
});

test("a model that lacks what a controller moves is refused, instead of run without it", () => {
  const lacking = (gone: string) => ({ ...model, inputs: model.inputs.filter(({ name }) => name !== gone) });
  const settings = { pHSet: 6.5, temperatureSetK: 298, fault: NO_FAULT };
  const start = { pH: 6.5, temperatureK: 297 };
  for (const name of ["Fa", "Fb", "Fc", "Fh", "FgH", "pres", "Fs"])
    expect(() => new IndPenSimControl(lacking(name), settings, start)).toThrow(
      `the controllers of IndPenSim need ${name}, which the model lacks`,
    );
  expect(() => new PaaLoop(lacking("Fpaa"))).toThrow("the controllers of IndPenSim need Fpaa");
});
