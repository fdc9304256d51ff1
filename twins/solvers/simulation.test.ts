import { describe, expect, test } from "vitest";
import { readModel } from "../language/read-model.ts";
import { BACK_ENDS, libraryModel, runAll } from "../testing/models.ts";
import { DP5 } from "./dp5.ts";
import { RODAS4 } from "./rodas4.ts";
import { Simulation, SimulationError } from "./simulation.ts";

const TANK = readModel(
  `model tank
time t until 10 h
parameters
  k = 0.5 /h
inputs
  F = 1 g/L/h
states
  S = 2 g/L
  N = 0
equations
  dS/dt = F - k * S
  dN/dt = 0 * k
events
  full: when S rises above 4 g/L then S = S - 1 g/L, N = N + 1
`,
  "tank.twin",
).model;

const METHODS = [DP5, RODAS4].flatMap((method) =>
  BACK_ENDS.map((backEnd) => ({ method, ...backEnd, title: `${method.title}, ${backEnd.name}` })),
);
const TIGHT = { rtol: 1e-9, atol: 1e-12 };

describe.each(METHODS)("a simulation that is steered, $title", ({ method, compile }) => {
  test("follows its inputs between advances", () => {
    const twin = new Simulation(TANK, method, TIGHT, compile(TANK, method));
    twin.advance(1);
    expect(twin.state[0]).toBeCloseTo(2, 9);
    twin.inputs[0] = 0;
    twin.advance(3);
    expect(twin.state[0]).toBeCloseTo(2 * Math.exp(-1), 8);
    expect(twin.time).toBe(3);
  });

  test("goes on from a corrected state", () => {
    const twin = new Simulation(TANK, method, TIGHT, compile(TANK, method));
    twin.inputs[0] = 0;
    twin.advance(1);
    twin.state[0] = 3;
    twin.advance(2);
    expect(twin.state[0]).toBeCloseTo(3 * Math.exp(-0.5), 8);
  });

  test("passes events on the way", () => {
    const twin = new Simulation(TANK, method, TIGHT, compile(TANK, method));
    twin.inputs[0] = 3;
    for (let hour = 1; hour <= 6; hour++) twin.advance(hour);
    const first = 2 * Math.log(2);
    const period = 2 * Math.log(1.5);
    expect(twin.events.map((event) => event.name)).toEqual(twin.events.map(() => "full"));
    expect(twin.events[0]?.time).toBeCloseTo(first, 7);
    expect(twin.events).toHaveLength(1 + Math.floor((6 - first) / period));
    expect(twin.state[1]).toBe(twin.events.length);
  });
});

test("a model in one run and in many advances ends alike", () => {
  const model = libraryModel("cho-fed-batch-oxygen");
  const { finals } = runAll((BACK_ENDS[0] as (typeof BACK_ENDS)[number]).compile(model, RODAS4), {
    end: 48,
    ...TIGHT,
  });
  const twin = new Simulation(model, RODAS4, TIGHT);
  for (let hour = 1; hour <= 48; hour++) twin.advance(hour);
  twin.state.forEach((value, i) =>
    expect(value / (finals[i] as number), model.states[i]?.name).toBeCloseTo(1, 6),
  );
});

test("going back, and a state that cannot be left, are refused", () => {
  const twin = new Simulation(TANK, DP5);
  twin.advance(1);
  expect(() => twin.advance(1)).toThrow("the twin is at 1 and cannot go to 1");
  twin.state[0] = Number.NaN;
  expect(() => twin.advance(2)).toThrow(SimulationError);
});

test.each([
  ["a state", (twin: Simulation) => (twin.state[0] = Number.NaN), "tank: S is NaN at 1"],
  ["an input", (twin: Simulation) => (twin.inputs[0] = Number.NaN), "tank: F is NaN at 1"],
])("%s that is no number is told as that, not as a step too small", (_, spoil, message) => {
  const twin = new Simulation(TANK, DP5);
  twin.advance(1);
  spoil(twin);
  expect(() => twin.advance(2)).toThrow(
    expect.objectContaining({ reason: "non-finite-state", message: expect.stringContaining(message) }),
  );
});
