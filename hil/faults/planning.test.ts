/** What a scenario may put a fault on, and what it is told otherwise. */
import { ProblemsError } from "@helix/config";
import { expect, test } from "vitest";
import { knownParts } from "../parts.ts";
import type { PlannedFault } from "../scenario/plan.ts";
import { readScenario } from "../scenario/read-scenario.ts";

const parts = await knownParts();

/** brx-07 speaks OPC UA, bath-01 Modbus TCP, pump-01 Modbus RTU. */
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
    bath-01: { simulator: modbus-device, driver: modbus-generic, protocol: modbus-tcp, sample: 10 s }
    pump-01: { simulator: modbus-device, driver: modbus-generic, protocol: modbus-rtu, sample: 10 s }
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
    if (!(error instanceof ProblemsError)) return String(error);
    return `${error.message}; expected ${error.problems[0]?.expected}`;
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
  ["bath-01", "late-answer", "", { instrument: "bath-01", rigs: ["virtual", "wire"] }],
  ["pump-01", "wrong-unit-id", ", unit_id: 9", { settings: { unitId: 9 } }],
  ["pump-01", "wrong-register", ", by: '-2'", { settings: { by: -2 } }],
  ["bath-01", "exception", ", code: server-device-busy", { parameters: { code: "server-device-busy" } }],
  ["bath-01.ph", "error-code", "", { channel: "ph" }],
  ["bath-01.link", "reorder", "", { instrument: "bath-01", channel: undefined }],
  ["pump-01.link", "corrupt-bytes", ", share: 1 %", { settings: { chance: 0.01 } }],
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
  [
    "bath-01.ph",
    "stuck-valve",
    "",
    "bath-01 cannot do stuck-valve: its simulator modbus-device has no such fault; expected one of: late-answer, previous-answer,",
  ],
  ["brx-07", "late-answer", "", "brx-07 cannot do late-answer: its simulator sartorius-biostat has no such"],
  ["bath-01", "silent-subscription", "", "bath-01 cannot do silent-subscription"],
  ["pump-01", "wrong-transaction-id", ", by: 5", "wrong-transaction-id cannot be shown over modbus-rtu"],
  ["pump-01.link", "reorder", "", "reorder cannot be shown over modbus-rtu"],
  ["pump-01.link", "reset", "", "reset cannot be shown over modbus-rtu"],
  ["brx-07.glucose", "stuck-valve", "", "stuck-valve is a fault of a setpoint, and brx-07.glucose has none"],
  ["bath-01", "wrong-unit-id", ", unit_id: 900", "a unit_id of `900` is out of bounds"],
  ["bath-01", "wrong-unit-id", ", unit_id: 2.5", "`2.5` is no whole number"],
  ["bath-01", "exception", ", code: lazy", "`lazy` is no code of this fault"],
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
