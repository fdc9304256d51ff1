import { describe, expect, test } from "vitest";
import { readModel } from "../language/read-model.ts";
import { BACK_ENDS, runAll } from "../testing/models.ts";
import { DP5 } from "./dp5.ts";
import { RODAS4 } from "./rodas4.ts";

const model = (events: string, rate = "-k * S") =>
  readModel(
    `model decay
time t until 10 h
parameters
  k = 0.5 /h
states
  S = 8 g/L
  N = 0
equations
  dS/dt = ${rate}
  dN/dt = 0 * k
events
  ${events}
`,
    "decay.twin",
  ).model;

const METHODS = [DP5, RODAS4].flatMap((method) =>
  BACK_ENDS.map((backEnd) => ({ method, ...backEnd, title: `${method.title}, ${backEnd.name}` })),
);
const TIGHT = { rtol: 1e-9, atol: 1e-12 };

describe.each(METHODS)("events, $title", ({ method, compile }) => {
  test("happen when the quantity passes its threshold, to 1e-8 of the exact time", () => {
    const kernel = compile(model("half: when S falls below 4 g/L then N = N + 1"), method);
    const { outcomes, finals } = runAll(kernel, TIGHT);
    expect(outcomes[0]?.events).toHaveLength(1);
    expect(outcomes[0]?.events[0]?.time).toBeCloseTo(Math.log(2) / 0.5, 8);
    expect(finals[1]).toBe(1);
  });

  test("set states, and are armed again when the quantity has come back", () => {
    const kernel = compile(model("refill: when S falls below 4 g/L then S = S + 4 g/L, N = N + 1"), method);
    const { outcomes, finals } = runAll(kernel, TIGHT);
    const period = Math.log(2) / 0.5;
    const times = outcomes[0]?.events.map((event) => event.time) ?? [];
    expect(times).toHaveLength(7);
    times.forEach((time, i) => expect(time).toBeCloseTo((i + 1) * period, 7));
    expect(finals[0]).toBeCloseTo(8 * Math.exp(-0.5 * (10 - 7 * period)), 6);
    expect(finals[1]).toBe(7);
  });

  test("stop ends the trajectory there", () => {
    const { outcomes, finals } = runAll(
      compile(model("out: when S falls below 1 g/L then stop"), method),
      TIGHT,
    );
    expect(outcomes[0]).toMatchObject({ failure: undefined, events: [{ name: "out" }] });
    expect(outcomes[0]?.time).toBeCloseTo(Math.log(8) / 0.5, 8);
    expect(finals[0]).toBeCloseTo(1, 8);
  });

  test("the other direction does not count", () => {
    const { outcomes } = runAll(compile(model("up: when S rises above 4 g/L then N = N + 1"), method));
    expect(outcomes[0]?.events).toEqual([]);
  });

  test("samples before and after an event lie on the right side of it", () => {
    const kernel = compile(model("refill: when S falls below 4 g/L then S = S + 4 g/L"), method);
    const at = Math.log(2) / 0.5;
    const { samples } = runAll(kernel, { ...TIGHT, outputs: Float64Array.of(at - 0.01, at + 0.01) });
    expect(samples[0]).toBeCloseTo(4 * Math.exp(0.005), 5);
    expect(samples[2]).toBeCloseTo(8 * Math.exp(-0.005), 5);
  });

  test("events without end are stopped and said", () => {
    const kernel = compile(model("buzz: when S falls below 7 g/L then S = 7.00001 g/L"), method);
    expect(runAll(kernel).outcomes[0]?.failure).toMatchObject({ reason: "too-many-events" });
  });

  test("an action that lands on the threshold does not fire again", () => {
    const kernel = compile(model("hold: when S falls below 4 g/L then S = 4 g/L, N = N + 1"), method);
    expect(runAll(kernel).finals[1]).toBe(1);
  });

  test("in the last instant of a segment, or of the run, they happen and nothing stalls", () => {
    const clock = readModel(
      `model clock
time t until 5 h
parameters
  one = 1 /h
inputs
  cut = 0 /h
    from 2.5 h 0
states
  C = 0
  N = 0
equations
  dC/dt = one + cut
  dN/dt = 0 * one
events
  half: when t rises above 2.4999999999999996 h then N = N + 1
  full: when t rises above 4.999999999999999 h then N = N + 1
`,
      "clock.twin",
    ).model;
    const { outcomes, finals } = runAll(compile(clock, method));
    expect(outcomes[0]?.failure).toBeUndefined();
    expect(outcomes[0]?.events.map((event) => [event.name, event.time])).toEqual([
      ["half", 2.5],
      ["full", 5],
    ]);
    expect(finals[1]).toBe(2);
  });
});
