import { readFile } from "node:fs/promises";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compileTerms } from "../compile/observer.ts";
import { testBalances } from "../language/balances.ts";
import { readModel } from "../language/read-model.ts";
import { DP5 } from "../solvers/dp5.ts";
import { RODAS4 } from "../solvers/rodas4.ts";
import { Simulation } from "../solvers/simulation.ts";
import { libraryModel } from "../testing/models.ts";
import { loadLibraryModel, PARTS, withParts } from "./library.ts";

const read = async (file: URL): Promise<Uint8Array> => readFile(file);

/** A line of algebra of a part, computed for the given parameters and inputs; the others as they stand. */
function compute(part: string, name: string): (given: Readonly<Record<string, number>>) => number {
  const model = libraryModel(part);
  const evaluate = compileTerms(model, [{ kind: "name", name }]);
  const into = new Float64Array(1);
  return (given) => {
    for (const key of Object.keys(given))
      expect([...model.parameters, ...model.inputs].map((q) => q.name)).toContain(key);
    const parameters = model.parameters.map((p) => given[p.name] ?? p.value);
    const inputs = model.inputs.map((u) => given[u.name] ?? u.schedule[0]?.value ?? Number.NaN);
    evaluate(0, [], parameters, inputs, into);
    return into[0] as number;
  };
}

describe.each(PARTS)("%s", (name) => {
  test("reads without errors or warnings, says where it is from and what each quantity is", async () => {
    const { model, warnings } = await loadLibraryModel(name, read);
    expect(warnings).toEqual([]);
    expect(model.title).not.toBe("");
    expect(model.source).not.toBe("");
    for (const quantity of [...model.parameters, ...model.inputs, ...model.states])
      expect(quantity.text, quantity.name).not.toBe("");
  });
});

test.each([
  ["kla-coalescing", 148.4],
  ["kla-non-coalescing", 360.9],
])("%s: van't Riet's correlation at 1000 W/m3 and 1 cm/s", (part, perHour) => {
  expect(compute(part, "kLa")({})).toBeCloseTo(perHour, 0);
});

describe("oxygen-solubility", () => {
  const air = compute("oxygen-solubility", "air");
  const milligrams = (cel: number, salt = 0) => 31.9988 * air({ T: cel + 273.15, salt });

  test.each([
    [0, 14.621],
    [10, 11.288],
    [25, 8.263],
    [37, 6.727],
  ])("water under air at %d Cel: the printed %d mg/L of APHA 4500-O", (cel, printed) => {
    expect(milligrams(cel)).toBeCloseTo(printed, 2);
  });

  test("sea water of 35 g/kg at 10 Cel: 282.015 umol/L (check value of Garcia and Gordon 1992)", () => {
    expect(1000 * air({ T: 283.15, salt: 35 })).toBeCloseTo(282.015, 0);
  });

  test("Henry's law: beside the vapour, twice the partial pressure is twice the oxygen", () => {
    const c = compute("oxygen-solubility", "c");
    const vapour = compute("oxygen-solubility", "vapour")({});
    expect(760 * vapour).toBeCloseTo(47.1, 1);
    expect(c({ pressure: 2 - vapour }) / c({ pressure: 1 })).toBeCloseTo(2, 12);
    expect(c({ y: 0.419 }) / c({})).toBeCloseTo(2, 12);
  });
});

describe("charge-balance", () => {
  const pH = compute("charge-balance", "pH");

  test("rain: water under 400 ppm of carbon dioxide at 298 K has pH 5.6", () => {
    const pure = { strong: 0, lactate: 0, ammonium: 0, K_1: 4.47e-7, K_w: 1e-14 };
    expect(pH({ ...pure, CO2: 0.0136 })).toBeCloseTo(5.61, 2);
  });

  test("Henderson and Hasselbalch: 24 mmol/L of bicarbonate over 1.2 of carbon dioxide is blood's pH 7.4", () => {
    expect(pH({ strong: 24, lactate: 0, ammonium: 0, CO2: 1.2 })).toBeCloseTo(7.4, 2);
  });

  test("any broth within the bounds: the charges add up to nothing at the pH found", () => {
    const model = libraryModel("charge-balance");
    const p = (name: string) => model.parameters.find((q) => q.name === name)?.value ?? Number.NaN;
    const within = (name: string) => {
      const { low, high } = model.inputs.find((u) => u.name === name) as { low: number; high: number };
      return fc.double({ min: low, max: high, noNaN: true });
    };
    const weak = { CO2: within("CO2"), lactate: within("lactate"), ammonium: within("ammonium") };
    // The second kind is near neutral, where nothing but the water may hold the pH: the hardest for any iteration.
    fc.assert(
      fc.property(
        fc.oneof(
          fc.record({ ...weak, strong: within("strong") }),
          fc.record(weak).map((broth) => ({ ...broth, strong: broth.lactate - broth.ammonium })),
        ),
        (broth) => {
          const { strong, CO2, lactate, ammonium } = broth;
          const charge = (ph: number) => {
            const H = 10 ** -ph;
            const carbonate = (p("K_1") * CO2 * (1 + (2 * p("K_2")) / H)) / H;
            const others = (lactate * p("K_lac")) / (H + p("K_lac")) + (1000 * p("K_w")) / H;
            return 1000 * H + strong + (ammonium * H) / (H + p("K_amm")) - carbonate - others;
          };
          let [low, high] = [0, 14];
          for (let k = 0; k < 60; k++) {
            const middle = (low + high) / 2;
            if (charge(middle) > 0) low = middle;
            else high = middle;
          }
          expect(Math.abs(pH(broth) - low)).toBeLessThan(1e-8);
        },
      ),
    );
  });
});

test("stirrer-power: a Rushton turbine of 7.5 cm at 500/min puts 6.9 W into water", () => {
  expect(compute("stirrer-power", "P")({ d: 0.075, N: 500 })).toBeCloseTo(
    5 * 1000 * (500 / 60) ** 3 * 0.075 ** 5,
    9,
  );
});

test("control-valve: half open with rangeability 50, 14 % of the flow; nearly shut, none", () => {
  const twin = new Simulation(libraryModel("control-valve"), DP5);
  const flow = compileTerms(libraryModel("control-valve"), [{ kind: "name", name: "F" }]);
  const into = new Float64Array(1);
  const parameters = libraryModel("control-valve").parameters.map((p) => p.value);
  const at = (opening: number) => {
    twin.inputs[0] = opening;
    twin.advance(twin.time + 1);
    flow(twin.time, twin.state, parameters, twin.inputs, into);
    return into[0] as number;
  };
  expect(at(0.5)).toBeCloseTo(50 ** -0.5, 5);
  expect(at(1)).toBeCloseTo(1, 5);
  expect(at(0)).toBe(0);
});

test("probe: 63 % of a step after one lag, and what it shows drifts while what it feels does not", () => {
  const model = libraryModel("probe");
  const twin = new Simulation(model, DP5);
  twin.advance(30 / 3600);
  expect(twin.state[0]).toBeCloseTo(1 - Math.exp(-1), 6);
  const shown = compileTerms(model, [{ kind: "name", name: "shown" }]);
  const into = new Float64Array(1);
  shown(48, [1], [30, 0.01, 0.02], [1], into);
  expect(into[0]).toBeCloseTo(1.05, 12);
});

test("pump: delivers no more than it can, nothing backwards, and counts what it pumped", () => {
  const twin = new Simulation(libraryModel("pump"), DP5);
  twin.inputs[0] = 5;
  twin.advance(1);
  expect(twin.state[0]).toBeCloseTo(1, 6);
  const before = twin.state[1] as number;
  expect(before).toBeCloseTo(1 - 2 / 3600, 5);
  twin.inputs[0] = -5;
  twin.advance(2);
  twin.advance(3);
  expect(twin.state[0]).toBeCloseTo(0, 6);
  expect(twin.state[1]).toBeGreaterThanOrEqual(before);
});

test("jacket: ends where inflow and heat put it, and its heat balance holds", () => {
  const model = libraryModel("jacket");
  const twin = new Simulation(model, RODAS4, { rtol: 1e-9 });
  const heat = model.inputs.findIndex((u) => u.name === "heat");
  twin.inputs[heat] = 40;
  twin.advance(48);
  const [T = Number.NaN, jacket = Number.NaN] = twin.state;
  // 40 W through 20 W/K; 60 L/h carry 40 W off at 0.574 K.
  expect(T - jacket).toBeCloseTo(2, 5);
  expect(jacket - 313.15).toBeCloseTo((40 * 3600) / (60 * 4180), 4);
  const [balance] = testBalances(model, [{ t: 1, y: Float64Array.of(300, 310), inputs: twin.inputs }]);
  expect(balance?.worst).toBeLessThan(1e-12);
});

/** A tank that fills as far as its valve lets it, under the controller. */
const LOOP = (givenToPid: string) => `model loop
time t until 10 h
uses
  c = pid(measured = level, K = 2, T_i = 0.5 h${givenToPid})
inputs
  goal = 0.5 within 0 .. 2
states
  level = 0 within 0 .. 5
equations
  dlevel/dt = (c_output - level) / 1 h
`;

async function loop(given: string): Promise<Simulation> {
  const { model } = readModel(await withParts(LOOP(`, set = goal${given}`), "loop", read), "loop");
  return new Simulation(model, DP5);
}

describe("pid", () => {
  test("leaves no error behind within its limits", async () => {
    const twin = await loop("");
    twin.advance(10);
    expect(twin.state[2]).toBeCloseTo(0.5, 3);
  });

  test("after hours at its limit it lets go at once; without back-calculation it holds on for hours", async () => {
    const heldFor = async (given: string) => {
      const twin = await loop(given);
      const goal = twin.inputs.length - 1;
      twin.inputs[goal] = 1.5;
      twin.advance(5);
      expect(twin.state[2]).toBeGreaterThan(0.95);
      expect(twin.state[2]).toBeLessThan(1);
      twin.inputs[goal] = 0.5;
      while ((twin.state[2] as number) > 0.9 && twin.time < 10) twin.advance(twin.time + 0.01);
      return twin.time - 5;
    };
    expect(await heldFor("")).toBeLessThan(0.2);
    expect(await heldFor(", T_t = 1000 h")).toBeGreaterThan(1);
  });
});
