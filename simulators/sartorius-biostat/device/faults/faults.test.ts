/** Each fault of the unit and its vessel: what it does, and the receipt that shows it. */
import { describe, expect, test } from "vitest";
import type { InstrumentFault } from "../../../instrument-fault.ts";
import type { Biostat } from "../../biostat.ts";
import { advance, HOUR_S, reading, truth, unitAt } from "../../testing/units.ts";

const PERIOD_S = 10;

/** Steps the unit and gives out its readings as the server does. */
function run(unit: Biostat, seconds: number): void {
  for (let s = 0; s < seconds; s += PERIOD_S) {
    advance(unit, PERIOD_S);
    unit.sample();
  }
}

/** Two units of the same seed, one with the fault. */
function twins(fault: InstrumentFault, beginH = 95): { faulty: Biostat; healthy: Biostat } {
  const [faulty, healthy] = [unitAt(beginH), unitAt(beginH)];
  run(faulty, 60);
  run(healthy, 60);
  faulty.inject("f", fault);
  return { faulty, healthy };
}

describe("sensors", () => {
  test("frozen value: the reading of the moment stays while the truth moves on", () => {
    const { faulty, healthy } = twins({ inject: "frozen-value", channel: "glucose" });
    const held = reading(faulty, "glucose").value;
    run(faulty, HOUR_S);
    run(healthy, HOUR_S);
    expect(reading(faulty, "glucose").value).toBe(held);
    const receipt = faulty.clear("f");
    expect(receipt).toMatchObject({ channel: "glucose", unit: "mmol/L", lastAfter: held });
    expect(receipt.lastBefore).toBe(reading(healthy, "glucose").value);
    expect(receipt.touched).toBeGreaterThan(300);
    expect(reading(faulty, "glucose").value).toBe(reading(healthy, "glucose").value);
  });

  test("spike: off by its height, and back", () => {
    const { faulty, healthy } = twins({ inject: "spike", channel: "glucose", height: 5 });
    run(faulty, 10);
    run(healthy, 10);
    expect(reading(faulty, "glucose").value).toBeCloseTo(reading(healthy, "glucose").value + 5, 2);
    const receipt = faulty.clear("f");
    expect(receipt.touched).toBe(2);
    expect(Number(receipt.lastAfter) - Number(receipt.lastBefore)).toBeCloseTo(5, 2);
    expect(reading(faulty, "glucose").value).toBe(reading(healthy, "glucose").value);
  });

  test("noise: of the stated size, the same with the same seed", () => {
    const deviations = () => {
      const { faulty, healthy } = twins({ inject: "noise", channel: "temperature", deviation: 0.5 });
      return Array.from({ length: 400 }, () => {
        run(faulty, 10);
        run(healthy, 10);
        return reading(faulty, "temperature").value - reading(healthy, "temperature").value;
      });
    };
    const first = deviations();
    expect(deviations()).toEqual(first);
    const variance = first.reduce((sum, d) => sum + d * d, 0) / first.length;
    expect(Math.sqrt(variance)).toBeGreaterThan(0.4);
    expect(Math.sqrt(variance)).toBeLessThan(0.6);
  });

  test.each([
    ["high", 200],
    ["low", 0],
  ] as const)("saturated at the %s end: the end of the range, marked as out of it", (end, value) => {
    const { faulty } = twins({ inject: "saturated-sensor", channel: "dissolved_oxygen", end });
    run(faulty, 20);
    expect(reading(faulty, "dissolved_oxygen")).toMatchObject({
      value,
      status: "UncertainEngineeringUnitsExceeded",
    });
    expect(faulty.clear("f")).toMatchObject({ touched: 3, lastAfter: value });
  });

  test("lost calibration: changes are read as their share, around pH 7; calibrating makes up for it", () => {
    const { faulty } = twins({ inject: "lost-calibration", channel: "ph", sensitivity: 0.9 });
    expect(faulty.verifyCalibration("ph", 7).value).toBeCloseTo(7, 1);
    expect(faulty.verifyCalibration("ph", 4).value).toBeCloseTo(4.3, 1);
    expect(faulty.startCalibration("ph", [4, 7])).toBe("Good");
    run(faulty, 240);
    expect(faulty.calibration.state).toBe("Complete");
    expect(faulty.calibration.line("ph").slope).toBeCloseTo(1 / 0.9, 1);
    expect(faulty.verifyCalibration("ph", 4).value).toBeCloseTo(4, 1);
  });

  test("probe fouling: the reading follows late, by the film's lag", () => {
    const { faulty } = twins({ inject: "probe-fouling", channel: "temperature", lagS: 600 });
    faulty.writeSetpoint("temperature", 33);
    run(faulty, 600);
    expect(reading(faulty, "temperature").value).toBeGreaterThan(truth(faulty, "temperature") + 0.3);
    const receipt = faulty.clear("f");
    expect(Number(receipt.lastAfter) - Number(receipt.lastBefore)).toBeGreaterThan(0.3);
    expect(reading(faulty, "temperature").value).toBeCloseTo(truth(faulty, "temperature"), 0);
  });

  test("an error code: value and truth go on, the status says device failure, setpoints are refused", () => {
    const { faulty, healthy } = twins({ inject: "error-code", channel: "ph" });
    run(faulty, 30);
    run(healthy, 30);
    expect(reading(faulty, "ph")).toMatchObject({
      value: reading(healthy, "ph").value,
      status: "BadDeviceFailure",
    });
    expect(faulty.writeSetpoint("ph", 7.1)).toBe("BadDeviceFailure");
    expect(faulty.setpoints.values.ph).toBe(7);
    expect(faulty.clear("f")).toMatchObject({
      firstBefore: "Good",
      firstAfter: "BadDeviceFailure",
      touched: 5,
    });
  });
});

describe("actuators", () => {
  test("stuck valve: the setpoint is taken, the pump stays where it is", () => {
    const { faulty } = twins({ inject: "stuck-valve", channel: "feed_rate" });
    const held = truth(faulty, "feed_rate");
    expect(faulty.writeSetpoint("feed_rate", 0.05)).toBe("Good");
    expect(faulty.setpoints.values.feed_rate).toBe(0.05);
    run(faulty, 60);
    expect(truth(faulty, "feed_rate")).toBe(held);
    expect(faulty.clear("f")).toMatchObject({
      channel: "feed_rate",
      unit: "L/h",
      lastBefore: 0.05,
      lastAfter: held,
      touched: 60,
    });
    run(faulty, 10);
    expect(truth(faulty, "feed_rate")).toBe(0.05);
  });

  test("interlock: the stirrer stands, setpoints are refused, and it comes back", () => {
    const { faulty } = twins({ inject: "interlock", channel: "agitation" });
    run(faulty, 10);
    expect(truth(faulty, "agitation")).toBe(0);
    expect(faulty.writeSetpoint("agitation", 300)).toBe("BadInvalidState");
    expect(faulty.writeSetpoint("temperature", 36)).toBe("Good");
    expect(faulty.clear("f")).toMatchObject({ lastBefore: 300, lastAfter: "refused", touched: 11 });
    run(faulty, 10);
    expect(truth(faulty, "agitation")).toBe(200);
  });

  test("acknowledged, not executed: Good, and nothing happens", () => {
    const { faulty } = twins({ inject: "acknowledged-not-executed", channel: "temperature" });
    expect(faulty.writeSetpoint("temperature", 36)).toBe("Good");
    expect(faulty.setpoints.values.temperature).toBe(36.8);
    expect(faulty.clear("f")).toMatchObject({ lastBefore: 36, lastAfter: 36.8, touched: 1, unit: "Cel" });
    expect(faulty.writeSetpoint("temperature", 36)).toBe("Good");
    expect(faulty.setpoints.values.temperature).toBe(36);
  });
});

describe("vessel", () => {
  test("feed pump stall: the unit reports its feed, the broth gets none", () => {
    const { faulty, healthy } = twins({ inject: "feed-pump-stall" });
    for (const unit of [faulty, healthy]) {
      unit.writeSetpoint("feed_rate", 0.05);
      run(unit, HOUR_S);
    }
    expect(reading(faulty, "feed_rate").value).toBe(0.05);
    expect(truth(faulty, "feed_rate")).toBe(0);
    expect(truth(healthy, "volume") - truth(faulty, "volume")).toBeCloseTo(0.05, 3);
    expect(truth(faulty, "feed_left") - truth(healthy, "feed_left")).toBeCloseTo(0.05, 9);
    expect(faulty.clear("f")).toMatchObject({
      subject: "seconds of feed not delivered",
      lastBefore: 0.05,
      lastAfter: 0,
      touched: HOUR_S,
    });
  });

  test("gas supply loss: oxygen falls in minutes, and recovers", () => {
    const { faulty } = twins({ inject: "gas-supply-loss" }, 150);
    run(faulty, 600);
    expect(truth(faulty, "dissolved_oxygen")).toBeLessThan(10);
    const receipt = faulty.clear("f");
    expect(receipt).toMatchObject({ unit: "/h", lastAfter: 0.5, touched: 600 });
    expect(Number(receipt.lastBefore)).toBeGreaterThan(5);
    run(faulty, HOUR_S);
    expect(truth(faulty, "dissolved_oxygen")).toBeGreaterThan(35);
  });

  test("foaming: the transfer loses its share, the loop asks for more oxygen", () => {
    const { faulty, healthy } = twins({ inject: "foaming", share: 0.4 }, 150);
    run(faulty, 60);
    run(healthy, 60);
    expect(truth(faulty, "dissolved_oxygen")).toBeLessThan(truth(healthy, "dissolved_oxygen") - 1);
    const { lastBefore, lastAfter } = faulty.clear("f");
    expect((Number(lastAfter) - 0.5) / (Number(lastBefore) - 0.5)).toBeCloseTo(0.6, 9);
  });

  test("contamination: takes oxygen and glucose, twice as much after its doubling time", () => {
    const { faulty, healthy } = twins({ inject: "contamination", oxygenDemand: 0.1, doublingS: HOUR_S });
    run(faulty, HOUR_S);
    run(healthy, HOUR_S);
    const taken = truth(healthy, "glucose") - truth(faulty, "glucose");
    // The integral of 0.1 * 2^t over an hour, a sixth of it as glucose, where oxygen does not limit.
    const unlimited = 0.1 / Math.LN2 / 6;
    expect(taken).toBeLessThan(unlimited);
    expect(taken).toBeGreaterThan(0.9 * unlimited);
    const receipt = faulty.clear("f");
    expect(Number(receipt.firstAfter) - Number(receipt.firstBefore)).toBeCloseTo(0.094, 3);
    expect(Number(receipt.lastAfter) - Number(receipt.lastBefore)).toBeCloseTo(0.189, 2);
  });

  test("power cut: everything stands, the uptime begins anew; without a session there is no touch", () => {
    const { faulty } = twins({ inject: "power-cut" }, 150);
    run(faulty, 300);
    expect(truth(faulty, "agitation")).toBe(0);
    expect(truth(faulty, "dissolved_oxygen")).toBeLessThan(25);
    expect(faulty.uptimeS).toBe(300);
    expect(faulty.clear("f").touched).toBe(0);
    run(faulty, 60);
    expect(truth(faulty, "agitation")).toBe(200);
  });

  test("restart: the outputs hold what they were told", () => {
    const { faulty } = twins({ inject: "restart" });
    const before = truth(faulty, "feed_rate");
    faulty.setpoints.setLoopEnabled("feed_rate", false);
    run(faulty, 60);
    expect(truth(faulty, "feed_rate")).toBe(before);
    faulty.clear("f");
    run(faulty, 10);
    expect(truth(faulty, "feed_rate")).toBe(0);
  });
});

describe("a fault that touches nothing says so", () => {
  test.each<[InstrumentFault, (unit: Biostat) => void]>([
    [{ inject: "frozen-value", channel: "ph" }, (unit) => advance(unit, 5)],
    [{ inject: "spike", channel: "ph", height: 0.00001 }, (unit) => run(unit, 30)],
    [{ inject: "saturated-sensor", channel: "ph", end: "high" }, (unit) => advance(unit, 5)],
    [{ inject: "stuck-valve", channel: "feed_rate" }, (unit) => run(unit, 30)],
    [{ inject: "interlock", channel: "feed_rate" }, (unit) => run(unit, 30)],
    [{ inject: "acknowledged-not-executed", channel: "ph" }, (unit) => unit.writeSetpoint("temperature", 36)],
    [{ inject: "feed-pump-stall" }, (unit) => run(unit, 30)],
    [{ inject: "foaming", share: 0 }, (unit) => run(unit, 30)],
    [{ inject: "firmware-change", version: "3.4.1" }, (unit) => run(unit, 30)],
    [{ inject: "error-code", channel: "ph" }, (unit) => advance(unit, 5)],
    [{ inject: "busy", delayMs: 100 }, (unit) => run(unit, 30)],
    [{ inject: "silent-subscription" }, (unit) => run(unit, 30)],
    [{ inject: "clock-jump", seconds: 60 }, (unit) => run(unit, 30)],
  ])("%j", (fault, meanwhile) => {
    const unit = unitAt(95);
    unit.writeSetpoint("feed_rate", 0);
    advance(unit, 5);
    unit.inject("f", fault);
    meanwhile(unit);
    expect(unit.clear("f").touched).toBe(0);
  });

  test.each<[InstrumentFault, string]>([
    [{ inject: "stuck-valve", channel: "glucose" }, "no setpoint"],
    [{ inject: "frozen-value", channel: "redox" }, "redox"],
    [{ inject: "melting" } as never, "no fault"],
  ])("%j cannot be done, and the error says why", (fault, why) => {
    expect(() => unitAt(95).inject("f", fault)).toThrow(why);
  });
});
