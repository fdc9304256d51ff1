/** The catalogue as a whole, and every fault that a simulator does: what it is told, and what its receipt says. */
import type { InstrumentFault, InstrumentFaultReceipt } from "@helix/simulators";
import { describe, expect, test } from "vitest";
import { sample, status } from "../expectations/test-facts.ts";
import { FAULT_CATALOGUE, faultKind } from "./catalogue.ts";
import { faultTable, faultTableText } from "./fault-table.ts";
import { readParameter } from "./read-parameter.ts";
import { planned } from "./testing.ts";

const PH = { name: "ph", unit: "[pH]" };
const RIGS = ["virtual", "wire", "physical"] as const;
const kinds = [...FAULT_CATALOGUE.values()];

describe("every fault", () => {
  test.each(kinds.map((kind) => [kind.name, kind] as const))("%s says what it is", (name, kind) => {
    expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(kind.effect).not.toBe("");
    expect(kind.receipt).not.toBe("");
    // A rig can do it, or says why not; never both, never neither.
    for (const rig of RIGS) expect(kind.rigs.includes(rig)).toBe(kind.unable[rig] === undefined);
    for (const [key, parameter] of Object.entries(kind.parameters)) {
      const example = parameter.example.replaceAll("'", "");
      const channel = { name: "c", unit: example.includes("airsat") ? "%{airsat}" : "[pH]" };
      expect(readParameter(key, example, parameter, channel)).toMatchObject({ ok: true });
    }
  });

  test("stands in the table, with its parameters, rigs and receipt", () => {
    const rows = faultTable();
    expect(rows.map(({ name }) => name)).toEqual(kinds.map(({ name }) => name));
    expect(rows.find(({ name }) => name === "latency")).toEqual({
      name: "latency",
      on: "<instrument>.link",
      effect: expect.stringContaining("every segment takes so long on the way"),
      parameters: [{ name: "delay", unit: "ms", min: 1, max: 600_000, example: "250 ms" }],
      rigs: ["virtual", "wire", "physical"],
      unable: {},
      protocols: [],
      receipt: "segments delayed, shortest and longest time on the way",
    });
    const text = faultTableText(rows);
    for (const { name, receipt } of rows) {
      expect(text).toContain(`${name}  on `);
      expect(text).toContain(`receipt   ${receipt}`);
    }
    expect(text).toContain("segments TCP puts in order again");
    expect(text).toContain("protocols modbus-rtu");
    expect(text).toContain("not       wire: the runtime runs in the bench's own process");
    expect(text).toContain("not       physical: a real instrument is not made to do this on purpose");
  });
});

describe("parameters", () => {
  const read = (inject: string, name: string, text: string) => {
    const parameter = faultKind(inject).parameters[name];
    if (!parameter) throw new Error(`${inject} has no ${name}`);
    return readParameter(name, text, parameter, PH);
  };

  test.each([
    ["latency", "delay", "0.25 s", 250],
    ["bandwidth", "rate", "9600 bit/s", 1200],
    ["loss", "share", "5 %", 0.05],
    ["drift", "rate", "-1 [pH]/min", -60],
    ["spike", "height", "0.5 [pH]", 0.5],
    ["clock-skew", "rate", "1 min/d", 2.5],
    ["clock-jump", "by", "-1 h", -3600],
    ["contamination", "doubling", "40 min", 2400],
    ["saturated-sensor", "end", "low", "low"],
    ["firmware-change", "version", "4.0.0", "4.0.0"],
  ])("%s: %s of %s", (inject, name, text, value) => {
    expect(read(inject, name, text)).toEqual({ ok: true, value });
  });

  test.each([
    ["latency", "delay", "250", "no unit"],
    ["latency", "delay", "3 L/h", "no unit of delay"],
    ["latency", "delay", "0 ms", "0 is no fault"],
    ["latency", "delay", "2 h", "out of bounds"],
    ["loss", "share", "95 %", "out of bounds"],
    ["bandwidth", "rate", "9600 baud", "no data rate"],
    ["spike", "height", "3 Cel", "does not measure ph"],
    ["drift", "rate", "1 Cel/h", "no rate of ph"],
    ["clock-skew", "rate", "3 s", "no unit of rate"],
    ["saturated-sensor", "end", "top", "no end of this fault"],
    ["firmware-change", "version", "", "empty"],
  ])("%s: %s of `%s` is refused: %s", (inject, name, text, message) => {
    expect(read(inject, name, text)).toMatchObject({ ok: false, message: expect.stringContaining(message) });
  });
});

/** A simulator that takes down what it is told, and gives the receipt that the test says. */
async function trace(inject: string, parameters: Record<string, string>, touched: number) {
  let told: InstrumentFault | undefined;
  const receipt: InstrumentFaultReceipt = {
    channel: "ph",
    subject: "things",
    unit: "[pH]",
    beginS: 40,
    endS: 50,
    firstBefore: 7,
    firstAfter: 7,
    lastBefore: 7,
    lastAfter: 6.5,
    touched,
  };
  const simulator = {
    inject(_id: string, fault: InstrumentFault) {
      told = fault;
    },
    clear: async () => receipt,
  };
  const fault = planned(inject, parameters);
  const found = await faultKind(inject).begin(fault, { instrument: simulator, plant: simulator }).end(50);
  return { told, trace: found };
}

describe("faults that the simulator does", () => {
  const faults: readonly [string, Record<string, string>, object][] = [
    ["drift", { rate: "-1 [pH]/h" }, { channel: "ph", ratePerHour: -1 }],
    ["frozen-value", {}, { channel: "ph" }],
    ["spike", { height: "1 [pH]" }, { channel: "ph", height: 1 }],
    ["noise", { deviation: "0.1 [pH]" }, { channel: "ph", deviation: 0.1 }],
    ["saturated-sensor", { end: "high" }, { channel: "ph", end: "high" }],
    ["lost-calibration", { sensitivity: "85 %" }, { channel: "ph", sensitivity: 0.85 }],
    ["probe-fouling", { lag: "10 min" }, { channel: "ph", lagS: 600 }],
    ["stuck-valve", {}, { channel: "ph" }],
    ["interlock", {}, { channel: "ph" }],
    ["acknowledged-not-executed", {}, { channel: "ph" }],
    ["slow-to-acknowledge", { delay: "8 s" }, { channel: "ph", delayMs: 8000 }],
    ["error-code", {}, { channel: "ph" }],
    ["exception", { code: "server-device-busy" }, { code: 6 }],
    ["no-answer", {}, {}],
    ["late-answer", {}, {}],
    ["previous-answer", {}, {}],
    ["wrong-unit-id", { unit_id: "9" }, { unitId: 9 }],
    ["wrong-register", { by: "-2" }, { by: -2 }],
    ["swapped-words", {}, {}],
    ["wrong-transaction-id", { by: "1000" }, { by: 1000 }],
    ["wrong-function-code", { code: "1" }, { functionCode: 1 }],
    ["wrong-checksum", {}, {}],
    ["short-answer", { bytes: "2" }, { bytes: 2 }],
    ["reorder", {}, {}],
    ["duplicate", {}, {}],
    ["stale-timestamp", {}, {}],
    ["silent-subscription", {}, {}],
    ["busy", { delay: "2 s" }, { delayMs: 2000 }],
    ["restart", {}, {}],
    ["firmware-change", { version: "4.0.0" }, { version: "4.0.0" }],
    ["clock-skew", { rate: "2 s/h" }, { secondsPerHour: 2 }],
    ["clock-jump", { by: "-1 h" }, { seconds: -3600 }],
    ["feed-pump-stall", {}, {}],
    ["gas-supply-loss", {}, {}],
    ["foaming", { loss: "40 %" }, { share: 0.4 }],
    [
      "contamination",
      { demand: "0.05 mmol/L/h", doubling: "40 min" },
      { oxygenDemand: 0.05, doublingS: 2400 },
    ],
    ["power-cut", {}, {}],
  ];

  test("are all here", () => {
    const simulated = kinds.filter(({ bySimulator }) => bySimulator);
    expect(faults.map(([name]) => name).sort()).toEqual(simulated.map(({ name }) => name).sort());
  });

  test.each(faults)(
    "%s %j: told to the simulator, its receipt passed on",
    async (inject, parameters, told) => {
      const done = await trace(inject, parameters, 3);
      expect(done.told).toEqual({ inject, ...told });
      expect(done.trace).toMatchObject({ before: "7 [pH]", after: "6.5 [pH]", figures: { lastAfter: 6.5 } });
      expect(done.trace?.summary).toMatch(/\b3\b/);
    },
  );

  test.each(faults)("%s %j: nothing touched, no receipt", async (inject, parameters) => {
    expect((await trace(inject, parameters, 0)).trace).toBeUndefined();
  });
});

describe("what the driver saw", () => {
  const lines = [
    sample(45, 4, { value: 6.95, quality: 0x40 }),
    { ...sample(46, 5), value: null, quality: 0 },
    status(47, "Degraded"),
  ];

  test("of a sensor: its last reading, with quality", () => {
    expect(faultKind("frozen-value").driverSaw(planned("frozen-value"), lines.slice(0, 1))).toBe(
      "a last reading of 6.95 with quality uncertain",
    );
    expect(faultKind("error-code").driverSaw(planned("error-code"), lines)).toBe(
      "no value of ph, with quality bad",
    );
  });

  test("of a link, and of the runtime: the first trouble", () => {
    expect(faultKind("reset").driverSaw(planned("reset"), lines)).toBe("Degraded 7 s after the f");
    expect(faultKind("process-killed").driverSaw(planned("process-killed"), lines)).toContain("Degraded");
    expect(faultKind("reset").driverSaw(planned("reset"), lines.slice(0, 1))).toBeUndefined();
  });

  test("of a command: its outcome", () => {
    const fault = planned("acknowledged-not-executed");
    const command = {
      kind: "command",
      t: 45,
      instrument: "brx-07",
      channel: "ph",
      description: "set ph to 7 [pH]",
      outcome: "acknowledged",
      latencyMs: 3,
    } as never;
    expect(faultKind("acknowledged-not-executed").driverSaw(fault, [command])).toBe(
      "set ph to 7 [pH]: acknowledged after 3 ms",
    );
  });
});
