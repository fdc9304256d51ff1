import { describe, expect, test } from "vitest";
import { DP5 } from "../solvers/dp5.ts";
import { RODAS4 } from "../solvers/rodas4.ts";
import { BACK_ENDS, runAll } from "../testing/models.ts";
import { runSbml } from "./run-sbml.ts";
import { applied, leaf, math, parameter, rateRule, sbml, TIME } from "./testing/sbml-text.ts";
import { readSbml, twinForEnsembles, type Wanted } from "./twin-of.ts";

const species = (attributes = "") =>
  `<species id="S" compartment="c" initialAmount="8" hasOnlySubstanceUnits="false" boundaryCondition="false" constant="false" ${attributes}/>`;
const decay = `<reaction id="r" reversible="false"><listOfReactants><speciesReference species="S" stoichiometry="1" constant="true"/></listOfReactants><kineticLaw>${math(applied("times", "c", "k", "S"))}</kineticLaw></reaction>`;
const parts = {
  compartments: '<compartment id="c" spatialDimensions="3" size="2" constant="false"/>',
  species: species(),
  parameters: parameter("k", 0.5),
  reactions: decay,
};
const of = (text: string, ...wanted: Wanted[]) => readSbml(text, "m.xml", wanted);
const amount: Wanted = { as: "amount", id: "S" };
const concentration: Wanted = { as: "concentration", id: "S" };
const last = (model: ReturnType<typeof readSbml>, end: number) => [
  ...(runSbml(model, [0, end]).rows[1] ?? []),
];

describe("quantities", () => {
  test("a symbol is the concentration, the state the amount", () => {
    const [s, c] = last(of(sbml(parts), amount, concentration), 2);
    expect(s).toBeCloseTo(8 * Math.exp(-1), 8);
    expect(c).toBeCloseTo(4 * Math.exp(-1), 8);
  });

  test("a changing volume dilutes: the amount stays", () => {
    const growing = sbml({ ...parts, reactions: "", rules: rateRule("c", leaf(1)) });
    expect(last(of(growing, amount, concentration), 2).map((x) => Number(x.toFixed(9)))).toEqual([8, 2]);
  });

  test("Level 2 fills in its defaults: stoichiometry 1, three dimensions, not constant", () => {
    const text = sbml({
      level: "2",
      compartments: '<compartment id="c" size="2" constant="false"/>',
      species: '<species id="S" compartment="c" initialAmount="8"/>',
      parameters: parameter("k", 0.5),
      reactions: decay.replace(' stoichiometry="1" constant="true"', ""),
    });
    expect(last(of(text, amount), 2)[0]).toBeCloseTo(8 * Math.exp(-1), 8);
  });

  test("a parameter may have the name of anything, time included", () => {
    const text = sbml({
      parameters: parameter("time", 3) + parameter("x", 0),
      rules: rateRule("x", leaf("time")),
    });
    expect(last(of(text, { as: "value", id: "x" }), 2)[0]).toBeCloseTo(6, 9);
  });
});

describe("conditions and events", () => {
  test("a pulse far shorter than a step is not missed", () => {
    const pulse = `<piecewise><piece>${leaf(1000)}${applied("and", applied("geq", TIME, 50), applied("lt", TIME, 50.001))}</piece><otherwise>${leaf(0)}</otherwise></piecewise>`;
    const text = sbml({ parameters: parameter("x", 0), rules: rateRule("x", pulse) });
    expect(last(of(text, { as: "value", id: "x" }), 100)[0]).toBeCloseTo(1, 5);
  });

  test("an event sets a concentration by the volume that was", () => {
    const assign = (id: string) => `<eventAssignment variable="${id}">${math(leaf(0.2))}</eventAssignment>`;
    const events = `<event useValuesFromTriggerTime="true"><trigger initialValue="true" persistent="true">${math(applied("geq", TIME, 1))}</trigger><listOfEventAssignments>${assign("S")}${assign("c")}</listOfEventAssignments></event>`;
    const model = of(sbml({ ...parts, reactions: "", events }), amount, concentration);
    expect(last(model, 2)).toEqual([0.4, 2]);
    expect(runSbml(model, [0, 2]).events).toEqual([{ id: "event 1", time: 1 }]);
    expect(() => twinForEnsembles(model, 2)).toThrow("event in an ensemble is not supported");
  });
});

test("in the engine's own form the model runs alike on every back end", () => {
  const twin = twinForEnsembles(of(sbml(parts)), 2);
  for (const method of [DP5, RODAS4]) {
    const finals = BACK_ENDS.map(({ compile }) => [...runAll(compile(twin, method)).finals]);
    for (const final of finals) expect(final).toEqual(finals[0]);
    expect(finals[0]?.[0]).toBeCloseTo(8 * Math.exp(-1), 5);
  }
});

test("a stiff model goes to Rodas4 by itself", () => {
  const text = sbml({
    parameters: parameter("x", 0),
    rules: rateRule("x", applied("times", 1e7, applied("minus", applied("cos", TIME), "x"))),
  });
  const course = runSbml(of(text, { as: "value", id: "x" }), [0, 1]);
  expect(course.method).toBe("rodas4");
  expect(course.rows[1]?.[0]).toBeCloseTo(Math.cos(1), 6);
});
