import { expect, test } from "vitest";
import { advance, choTwin, truth, unitAt } from "../testing/units.ts";
import { brothPh, strongIonsForPh } from "./acid-base.ts";
import { Bioreactor } from "./bioreactor.ts";
import { oxygenSaturation, oxygenSaturationInAir, oxygenTransferCoefficient } from "./gas-transfer.ts";

test("oxygen saturation of water: the printed values of APHA 4500-O, mg/L", () => {
  const milligrams = (cel: number) => oxygenSaturationInAir(cel) * 31.9988;
  expect(milligrams(0)).toBeCloseTo(14.621, 2);
  expect(milligrams(25)).toBeCloseTo(8.263, 2);
  expect(milligrams(37)).toBeCloseTo(6.727, 2);
});

test("pure oxygen at 37 Cel: about 1 mmol/L, as Xing 2010 has it", () => {
  expect(oxygenSaturation(37, 1)).toBeCloseTo(1.0, 1);
});

test("oxygen transfer: 15/h at the reference, more with speed, a little without any stirring", () => {
  expect(oxygenTransferCoefficient(200, 1.5)).toBeCloseTo(15, 9);
  expect(oxygenTransferCoefficient(400, 1.5)).toBeGreaterThan(50);
  expect(oxygenTransferCoefficient(0, 1.5)).toBeCloseTo(0.5, 9);
});

test("pH: strong ions for a pH give that pH; lactate lowers it, base raises it", () => {
  const rest = { lactate: 20, ammonium: 3, carbonDioxide: 1.5 };
  const strongIons = strongIonsForPh(7, rest);
  expect(brothPh({ ...rest, strongIons })).toBeCloseTo(7, 9);
  expect(brothPh({ ...rest, strongIons, lactate: 21 })).toBeLessThan(7);
  expect(brothPh({ ...rest, strongIons: strongIons + 1 })).toBeGreaterThan(7);
});

test("pH stays a number when acid has used up the buffer", () => {
  expect(Number.isFinite(brothPh({ strongIons: 0, lactate: 100, ammonium: 0, carbonDioxide: 1 }))).toBe(true);
});

function still(): Bioreactor {
  return new Bioreactor(choTwin(), {
    culture: choTwin().initialState(),
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
