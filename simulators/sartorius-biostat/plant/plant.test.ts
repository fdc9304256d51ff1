import { expect, test } from "vitest";
import { advance, choCulture, truth, unitAt } from "../testing/units.ts";
import { Bioreactor } from "./bioreactor.ts";
import { stateAfterRecipe } from "./culture.ts";

test("oxygen transfer: 15/h at the reference, more with speed, a little without any stirring", () => {
  const plant = still();
  expect(plant.oxygenTransfer).toBeCloseTo(15, 0);
  plant.actuators.stirrer = 400;
  expect(plant.oxygenTransfer).toBeGreaterThan(50);
  plant.actuators.stirrer = 0;
  expect(plant.oxygenTransfer).toBeCloseTo(0.5, 9);
});

test("a vessel begins at the pH that it is given; lactate of the culture lowers it, base raises it", () => {
  const ph = (base: number) => {
    const plant = still();
    expect(plant.ph).toBeCloseTo(7, 6);
    plant.actuators.base = base;
    for (let s = 0; s < 3600; s++) plant.step(1);
    return plant.ph;
  };
  expect(ph(0)).toBeLessThan(7);
  expect(ph(5)).toBeGreaterThan(7.1);
});

test("another organism burns one glucose for six oxygen, and never more than there is", () => {
  const [pure, foreign] = [still(), still()];
  let burnt = 0;
  for (let s = 0; s < 1800; s++) {
    foreign.troubles.foreignOxygenDemand = 3;
    pure.step(1);
    foreign.step(1);
    burnt += foreign.oxygenUptakes.foreign / 3600;
  }
  expect(pure.cultureState("glucose") - foreign.cultureState("glucose")).toBeCloseTo(burnt / 6, 3);
  for (let s = 0; s < 600; s++) {
    foreign.troubles.foreignOxygenDemand = 1e9;
    foreign.step(1);
  }
  expect(foreign.dissolvedOxygen).toBeGreaterThanOrEqual(0);
  expect(foreign.cultureState("glucose")).toBeGreaterThan(0);
});

function still(): Bioreactor {
  return new Bioreactor(choCulture(), {
    culture: stateAfterRecipe(choCulture(), 0),
    dissolvedOxygen: 40,
    ph: 7,
    temperature: 36.8,
    stirrer: 200,
    carbonDioxideFraction: 0.05,
  });
}

test("a vessel begins in its steady state: oxygen and pH stay while the culture hardly changes", () => {
  const plant = still();
  for (let s = 0; s < 600; s++) plant.step(1);
  expect(plant.dissolvedOxygen).toBeCloseTo(40, 0);
  expect(plant.ph).toBeCloseTo(7, 1);
});

test("probes lag: 63 % of a step after 30 s (oxygen in broth) and 3 s (pH)", () => {
  const plant = still();
  plant.standards.ph = 4;
  for (let s = 0; s < 3; s++) plant.step(1);
  expect((7 - plant.probes.ph) / 3).toBeCloseTo(1 - Math.exp(-1), 2);
  plant.standards.dissolvedOxygen = 100;
  for (let s = 0; s < 200; s++) plant.step(1);
  plant.standards.dissolvedOxygen = undefined;
  const broth = plant.dissolvedOxygen;
  for (let s = 0; s < 30; s++) plant.step(1);
  expect((100 - plant.probes.dissolvedOxygen) / (100 - broth)).toBeCloseTo(1 - Math.exp(-1), 2);
});

test("steps of a second are small enough: steps of a half give the same vessel", () => {
  const whole = still();
  const halves = still();
  for (const plant of [whole, halves]) {
    plant.actuators.oxygenFraction = 0.3;
    plant.actuators.jacket = 40;
    plant.standards.ph = 4;
  }
  for (let s = 0; s < 300; s++) {
    whole.step(1);
    halves.step(0.5);
    halves.step(0.5);
  }
  expect(whole.dissolvedOxygen).toBeCloseTo(halves.dissolvedOxygen, 6);
  expect(whole.temperature).toBeCloseTo(halves.temperature, 6);
  expect(whole.probes.ph).toBeCloseTo(halves.probes.ph, 4);
});

test("the culture in the vessel is the culture of the twin: the vessel's steps change nothing", () => {
  const unit = unitAt(95);
  const reference = unitAt(96);
  advance(unit, 3600);
  expect(truth(unit, "viable_cell_density")).toBeCloseTo(truth(reference, "viable_cell_density"), 6);
  expect(truth(unit, "titer")).toBeCloseTo(truth(reference, "titer"), 8);
});
