import { expect, test } from "vitest";
import { courseOf } from "./commands/course.ts";
import { LiveTwin } from "./live-twin.ts";
import { DP5 } from "./solvers/dp5.ts";
import { libraryModel } from "./testing/models.ts";

const HOUR_NS = 3_600_000_000_000n;
const START = 1_700_000_000_000_000_000n;
const FEED = { id: 4, name: "feed_rate", unit: "L/h" };
const CELLS = { id: 5, name: "viable_cell_density", unit: "10*6{cells}/mL" };
const GLUCOSE = { id: 6, name: "glucose", unit: "mol/L" };
const STIRRER = { id: 3, name: "agitation", unit: "{rev}/min" };
const model = libraryModel("cho-fed-batch");
const at = (hours: number): bigint => START + BigInt(Math.round(hours * 3600)) * 1_000_000_000n;

const twin = (): LiveTwin =>
  new LiveTwin(model, {
    channels: [FEED, CELLS, GLUCOSE, STIRRER],
    names: { feed_rate: "feed" },
    startTaiNs: START,
  });

test("fed what the reference batch is fed, it predicts the reference batch, in the channel's unit", () => {
  const live = twin();
  const feed = model.inputs[0]?.schedule ?? [];
  const course = courseOf(model, DP5, { points: 15 });
  course.times.forEach((hours, day) => {
    const rate = feed.findLast((change) => change.time <= hours)?.value ?? Number.NaN;
    const cells = live.observe(CELLS.id, at(hours), 10);
    const glucose = live.observe(GLUCOSE.id, at(hours), 0.02);
    expect(live.observe(FEED.id, at(hours), rate)).toBeUndefined();
    const [, Xv = Number.NaN, , Glc = Number.NaN] = course.states[day] ?? [];
    expect(cells?.value).toBeCloseTo(Xv, 4);
    expect(cells?.deviationSigma).toBeCloseTo((10 - Xv) / 0.2, 2);
    expect(glucose?.value).toBeCloseTo(Glc / 1000, 6);
  });
  expect(live.trouble).toBeUndefined();
});

test("a feed that is not delivered shows as glucose that the twin did not expect", () => {
  const live = twin();
  live.observe(FEED.id, at(0), 0.01);
  const prediction = live.observe(GLUCOSE.id, at(24), 0.02);
  expect(prediction?.deviationSigma).toBeLessThan(-10);
});

test("a value not to be believed moves nothing, and has no deviation", () => {
  const live = twin();
  live.observe(FEED.id, at(0), undefined);
  const prediction = live.observe(CELLS.id, at(24), undefined);
  expect(prediction?.value).toBeGreaterThan(0.5);
  expect(prediction?.deviationSigma).toBeNaN();
  const glucose = live.observe(GLUCOSE.id, at(24), 0.03);
  expect(glucose?.value).toBeLessThan(0.035);
});

test("nothing is predicted before inoculation, into the past, or for a channel that the model does not know", () => {
  const live = twin();
  expect(live.observe(CELLS.id, START - HOUR_NS, 1)).toBeUndefined();
  expect(live.observe(CELLS.id, at(2), 1)).toBeDefined();
  expect(live.observe(CELLS.id, at(1), 1)).toBeUndefined();
  expect(live.observe(STIRRER.id, at(3), 200)).toBeUndefined();
});

test("a twin that cannot go on says so once and stays quiet", () => {
  const live = twin();
  live.observe(FEED.id, at(1), -1e9);
  expect(live.observe(CELLS.id, at(2), 1)).toBeUndefined();
  expect(live.trouble).toContain("cho-fed-batch");
  expect(live.observe(CELLS.id, at(3), 1)).toBeUndefined();
});

test.each([
  [{ channels: [STIRRER] }, "twin cho-fed-batch predicts none of the channels: agitation"],
  [{ channels: [CELLS], names: { cells: "Xv" } }, 'no channel "cells": there are viable_cell_density'],
  [
    { channels: [CELLS, FEED], names: { feed_rate: "fed" } },
    'twin cho-fed-batch has no input or sensor "fed" for channel feed_rate',
  ],
  [
    { channels: [{ ...GLUCOSE, unit: "g/L" }] },
    "channel glucose is in g/L, the twin in mmol/L: they do not measure the same",
  ],
])("what does not fit is refused: %#", (options, message) => {
  expect(() => new LiveTwin(model, { ...options, startTaiNs: START })).toThrow(message);
});

test("degrees Celsius at the instrument are kelvin in the model", () => {
  const vessel = new LiveTwin(libraryModel("cho-bioreactor"), {
    channels: [{ id: 2, name: "temperature", unit: "Cel" }],
    startTaiNs: START,
  });
  expect(vessel.observe(2, at(1), 36.9)?.value).toBeCloseTo(36.8, 6);
  expect(vessel.observe(2, at(1), 36.9)?.deviationSigma).toBeCloseTo(5, 3);
});
