/** What a scenario may put a fault on, and what it is told otherwise. */
import { ProblemsError } from "@helix/config";
import { expect, test } from "vitest";
import { knownParts } from "../parts.ts";
import type { PlannedFault } from "../scenario/plan.ts";
import { readScenario } from "../scenario/read-scenario.ts";

const parts = await knownParts();

function plan(on: string, inject: string, parameters = ""): PlannedFault | undefined {
  const text = `
scenario: one
title: One fault
covers: []
seed: 1
duration: 2 h
plant:
  twin: cho-fed-batch
  instruments:
    brx-07: { simulator: sartorius-biostat, driver: sartorius-biostat, protocol: opcua, sample: 10 s }
faults:
  - { id: f, at: 1 h, for: 1 min, on: ${on}, inject: ${inject}${parameters} }
expect:
  - { always: every-gap-is-recorded }
`;
  return readScenario(text, "one.yaml", parts).faults[0];
}

function problem(on: string, inject: string, parameters = ""): string {
  try {
    plan(on, inject, parameters);
    return "none";
  } catch (error) {
    return error instanceof ProblemsError ? error.message : String(error);
  }
}

test.each([
  ["brx-07.link", "latency", ", delay: 250 ms", { instrument: "brx-07", settings: { delayMs: 250 } }],
  ["brx-07.ph", "spike", ", height: '0.5 [pH]'", { channel: "ph", settings: { height: 0.5 } }],
  [
    "brx-07",
    "busy",
    ", delay: 2 s",
    { instrument: "brx-07", channel: undefined, settings: { delayMs: 2000 } },
  ],
  ["brx-07.plant", "foaming", ", loss: 40 %", { instrument: "brx-07", settings: { share: 0.4 } }],
  ["runtime", "clock-step", ", by: -90 s", { instrument: "runtime", settings: { stepS: -90 } }],
  ["runtime.disk", "disk-full", "", { instrument: "runtime", rigs: ["virtual"] }],
  ["brx-07", "firmware-change", ", version: 4.0.0", { parameters: { version: "4.0.0" }, settings: {} }],
])("on %s: %s%s", (on, inject, parameters, planned) => {
  expect(plan(on, inject, parameters)).toMatchObject(planned);
});

test.each([
  ["brx-07.ph", "busy", ", delay: 2 s", 'busy is a fault of an instrument, and "brx-07.ph" is none'],
  ["brx-07", "foaming", ", loss: 40 %", 'foaming is a fault of a plant, and "brx-07" is none'],
  ["brx-07.link", "frozen-value", "", "frozen-value is a fault of a channel, not of a link"],
  ["brx-07", "disk-full", "", 'disk-full is a fault of the runtime, and "brx-07" is none'],
  ["brx-08", "restart", "", 'unknown instrument "brx-08"'],
  ["brx-07.link", "latency", ", delay: 2 h", "a delay of `2 h` is out of bounds"],
  ["brx-07.link", "latency", "", "delay"],
])("on %s: %s%s is refused: %s", (on, inject, parameters, message) => {
  expect(problem(on, inject, parameters)).toContain(message);
});

test.each(["runtime", "twin"])("an instrument called %s is refused in one line", (key) => {
  const text = `
scenario: one
title: A reserved word
covers: []
seed: 1
duration: 2 h
plant:
  twin: cho-fed-batch
  instruments:
    ${key}: { simulator: modbus-device, driver: modbus-generic, protocol: modbus-tcp, sample: 10 s }
expect:
  - { always: every-gap-is-recorded }
`;
  expect(() => readScenario(text, "one.yaml", parts)).toThrow(`"${key}" cannot name an instrument: `);
});
