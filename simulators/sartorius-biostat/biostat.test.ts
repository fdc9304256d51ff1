import { describe, expect, test } from "vitest";
import { advance, HOUR_S, reading, truth, unitAt } from "./testing/units.ts";

describe("control loops", () => {
  test("dissolved oxygen: held at its setpoint while the culture grows", () => {
    const unit = unitAt(95);
    for (let hour = 0; hour < 12; hour++) {
      advance(unit, HOUR_S);
      expect(truth(unit, "dissolved_oxygen")).toBeCloseTo(40, 0);
    }
    expect(reading(unit, "dissolved_oxygen").value).toBeCloseTo(40, 0);
  });

  test("dissolved oxygen: a new setpoint is reached within half an hour, without a large overshoot", () => {
    const unit = unitAt(95);
    expect(unit.writeSetpoint("dissolved_oxygen", 60)).toBe("Good");
    let highest = 0;
    for (let s = 0; s < HOUR_S / 2; s++) {
      unit.step();
      highest = Math.max(highest, truth(unit, "dissolved_oxygen"));
    }
    expect(truth(unit, "dissolved_oxygen")).toBeCloseTo(60, 0);
    expect(highest).toBeLessThan(66);
  });

  test("dissolved oxygen: with the loop off there is only air, and a dense culture runs short", () => {
    const unit = unitAt(200);
    unit.setpoints.setLoopEnabled("dissolved_oxygen", false);
    advance(unit, HOUR_S);
    expect(truth(unit, "dissolved_oxygen")).toBeLessThan(20);
    expect(truth(unit, "dissolved_oxygen")).toBeGreaterThanOrEqual(0);
  });

  test("temperature: a step of -0.3 Cel settles, and the jacket does not wind up", () => {
    const unit = unitAt(95);
    expect(unit.writeSetpoint("temperature", 36.5)).toBe("Good");
    advance(unit, HOUR_S);
    expect(truth(unit, "temperature")).toBeCloseTo(36.5, 1);
    expect(unit.alarms.word).toBe(0);
  });

  test("pH: base keeps it at its setpoint against 12 h of lactate", () => {
    const unit = unitAt(95);
    const lactate = truth(unit, "lactate");
    advance(unit, 12 * HOUR_S);
    expect(truth(unit, "lactate")).toBeGreaterThan(lactate + 1);
    expect(truth(unit, "ph")).toBeCloseTo(7, 1);
  });

  test("pH: carbon dioxide brings it down to a lower setpoint", () => {
    const unit = unitAt(95);
    expect(unit.writeSetpoint("ph", 6.9)).toBe("Good");
    advance(unit, 2 * HOUR_S);
    expect(truth(unit, "ph")).toBeCloseTo(6.9, 1);
  });

  test("stirrer: follows its setpoint along a ramp", () => {
    const unit = unitAt(95);
    unit.writeSetpoint("agitation", 400);
    advance(unit, 2);
    expect(truth(unit, "agitation")).toBe(300);
    advance(unit, 10);
    expect(truth(unit, "agitation")).toBe(400);
  });
});

describe("feed", () => {
  test("before the run the reference recipe feeds, from the begin on only the setpoint does", () => {
    const unit = unitAt(95);
    expect(unit.setpoints.values.feed_rate).toBe(0.001);
    const volume = truth(unit, "volume");
    // The reference recipe changes its feed at 96 h.
    advance(unit, 4 * HOUR_S);
    expect(truth(unit, "volume") - volume).toBeCloseTo(4 * 0.001, 9);
  });

  test("a higher feed raises glucose above what it is without", () => {
    const fed = unitAt(95);
    const notFed = unitAt(95);
    expect(fed.writeSetpoint("feed_rate", 0.01)).toBe("Good");
    expect(notFed.writeSetpoint("feed_rate", 0)).toBe("Good");
    advance(fed, 6 * HOUR_S);
    advance(notFed, 6 * HOUR_S);
    expect(truth(fed, "glucose")).toBeGreaterThan(truth(notFed, "glucose") + 10);
  });

  test("an empty bottle ends the feed, whatever the setpoint", () => {
    const unit = unitAt(95);
    expect(unit.writeSetpoint("feed_rate", 0.1)).toBe("Good");
    advance(unit, 12 * HOUR_S);
    expect(truth(unit, "feed_left")).toBe(0);
    expect(truth(unit, "feed_rate")).toBe(0);
    expect(truth(unit, "volume")).toBeCloseTo(1.5 + 1, 3);
  });
});

describe("interlocks", () => {
  test("a setpoint outside its limits, or not a number, is out of range", () => {
    const unit = unitAt(95);
    expect(unit.writeSetpoint("temperature", 40.01)).toBe("BadOutOfRange");
    expect(unit.writeSetpoint("feed_rate", -0.001)).toBe("BadOutOfRange");
    expect(unit.writeSetpoint("ph", Number.NaN)).toBe("BadOutOfRange");
    expect(unit.setpoints.values.temperature).toBe(36.8);
  });

  test("no feed into a cold vessel", () => {
    const unit = unitAt(95);
    unit.writeSetpoint("temperature", 25);
    advance(unit, HOUR_S);
    expect(truth(unit, "temperature")).toBeLessThan(30);
    expect(unit.writeSetpoint("feed_rate", 0.002)).toBe("BadInvalidState");
    expect(unit.writeSetpoint("feed_rate", 0)).toBe("Good");
  });

  test("no feed without stirring", () => {
    const unit = unitAt(95);
    unit.writeSetpoint("agitation", 0);
    advance(unit, 10);
    expect(unit.writeSetpoint("feed_rate", 0.002)).toBe("BadInvalidState");
  });

  test("after an emergency stop nothing moves, every setpoint is refused, and Run takes them again", () => {
    const unit = unitAt(95);
    unit.setpoints.emergencyStop();
    advance(unit, 10);
    expect(truth(unit, "agitation")).toBe(0);
    expect(truth(unit, "feed_rate")).toBe(0);
    expect(unit.setpoints.mode).toBe("Hold");
    expect(unit.writeSetpoint("agitation", 200)).toBe("BadInvalidState");
    expect(unit.setpoints.setMode("Run")).toBe("Good");
    expect(unit.writeSetpoint("agitation", 200)).toBe("Good");
  });

  test("an unknown mode is out of range", () => {
    expect(unitAt(95).setpoints.setMode("Sterilise")).toBe("BadOutOfRange");
  });
});

describe("alarms", () => {
  test("temperature out of band: raised after 60 s, not before", () => {
    const unit = unitAt(95);
    unit.writeSetpoint("temperature", 33);
    // The condition is first seen one step after the write.
    advance(unit, 60);
    expect(unit.alarms.word).toBe(0);
    advance(unit, 1);
    expect(unit.alarms.word).toBe(1 << 2);
  });

  test("an alarm stays after its condition until it is acknowledged", () => {
    const unit = unitAt(95);
    unit.writeSetpoint("temperature", 33);
    advance(unit, 120);
    unit.writeSetpoint("temperature", 36.8);
    advance(unit, HOUR_S);
    expect(unit.alarms.word).toBe(1 << 2);
    expect(unit.alarms.acknowledge(2)).toBe(true);
    expect(unit.alarms.word).toBe(0);
    expect(unit.alarms.acknowledge(2)).toBe(false);
  });

  test("acknowledged while it lasts: shown as acknowledged, gone with its condition", () => {
    const unit = unitAt(95);
    unit.writeSetpoint("agitation", 0);
    advance(unit, 10);
    expect(unit.alarms.word & (1 << 3)).not.toBe(0);
    expect(unit.alarms.acknowledge(3)).toBe(true);
    expect(unit.alarms.acknowledgedWord).toBe(1 << 3);
    unit.writeSetpoint("agitation", 200);
    advance(unit, 10);
    expect(unit.alarms.word & (1 << 3)).toBe(0);
    expect(unit.alarms.acknowledgedWord).toBe(0);
  });

  test("a reset clears only what is over", () => {
    const unit = unitAt(95);
    unit.writeSetpoint("agitation", 0);
    advance(unit, 10);
    unit.alarms.reset();
    expect(unit.alarms.word & (1 << 3)).not.toBe(0);
  });

  test("feed bottle low", () => {
    const unit = unitAt(95);
    unit.writeSetpoint("feed_rate", 0.1);
    advance(unit, 9 * HOUR_S);
    expect(unit.alarms.word & (1 << 4)).not.toBe(0);
  });
});

describe("calibration", () => {
  test("two references: 120 s of plant time each, then the line through both", () => {
    const unit = unitAt(95);
    expect(unit.startCalibration("dissolved_oxygen", [0, 100])).toBe("Good");
    expect(unit.startCalibration("ph", [4, 7])).toBe("BadInvalidState");
    advance(unit, 119);
    expect(unit.calibration.measured).toHaveLength(0);
    advance(unit, 1);
    expect(unit.calibration.measured).toHaveLength(1);
    expect(unit.calibration.progress).toBe(50);
    expect(unit.writeSetpoint("dissolved_oxygen", 50)).toBe("BadInvalidState");
    expect(reading(unit, "dissolved_oxygen").status).toBe("UncertainSensorNotAccurate");
    advance(unit, 120);
    expect(unit.calibration.state).toBe("Complete");
    expect(unit.calibration.lastTimeS).toBe(unit.plantTimeS);
    const { slope, intercept } = unit.calibration.line("dissolved_oxygen");
    const [at0 = NaN, at100 = NaN] = unit.calibration.measured;
    expect(slope * at0 + intercept).toBeCloseTo(0, 9);
    expect(slope * at100 + intercept).toBeCloseTo(100, 9);
  });

  test("takes a drift out of the reading", () => {
    const unit = unitAt(95);
    unit.inject("d", { inject: "drift", channel: "ph", ratePerHour: 0.5 });
    advance(unit, HOUR_S);
    expect(unit.verifyCalibration("ph", 7).value).toBeCloseTo(7.5, 1);
    expect(unit.startCalibration("ph", [7])).toBe("Good");
    advance(unit, 120);
    expect(unit.calibration.state).toBe("Complete");
    expect(unit.verifyCalibration("ph", 7).value).toBeCloseTo(7, 1);
  });

  test("the oxygen loop does not answer to the standard: the broth stays near its setpoint", () => {
    const unit = unitAt(95);
    unit.startCalibration("dissolved_oxygen", [0, 100]);
    for (let s = 0; s < 600; s++) {
      unit.step();
      expect(truth(unit, "dissolved_oxygen")).toBeCloseTo(40, -1);
    }
    expect(unit.alarms.word).toBe(0);
  });

  test("a probe that reads far off fails, says why, and keeps the old line", () => {
    const unit = unitAt(95);
    unit.inject("d", { inject: "drift", channel: "ph", ratePerHour: 2 });
    advance(unit, HOUR_S);
    unit.startCalibration("ph", [7]);
    advance(unit, 120);
    expect(unit.calibration.state).toBe("Failed");
    expect(unit.calibration.message).toContain("more than 1.4");
    expect(unit.calibration.line("ph")).toEqual({ slope: 1, intercept: 0 });
  });

  test("a probe that changes between the references gives a slope outside the limits and fails", () => {
    const unit = unitAt(95);
    unit.inject("d", { inject: "drift", channel: "dissolved_oxygen", ratePerHour: 900 });
    unit.startCalibration("dissolved_oxygen", [0, 100]);
    advance(unit, 240);
    expect(unit.calibration.state).toBe("Failed");
    expect(unit.calibration.message).toMatch(/^slope 0\.7\d\d is outside 0\.8 to 1\.2$/);
  });

  test("unknown channel, no reference, too many, or two equal ones are invalid arguments", () => {
    const unit = unitAt(95);
    expect(unit.startCalibration("temperature", [0, 100])).toBe("BadInvalidArgument");
    expect(unit.startCalibration("ph", [])).toBe("BadInvalidArgument");
    expect(unit.startCalibration("ph", [4, 7, 10])).toBe("BadInvalidArgument");
    expect(unit.startCalibration("ph", [7, 7])).toBe("BadInvalidArgument");
    expect(unit.verifyCalibration("titer", 1).answer).toBe("BadInvalidArgument");
  });
});

describe("drift", () => {
  test("the reading leaves the truth at the stated rate; the receipt says by how much", () => {
    const unit = unitAt(95);
    unit.inject("d", { inject: "drift", channel: "glucose", ratePerHour: -1.5 });
    advance(unit, 10);
    unit.sample();
    advance(unit, 2 * HOUR_S - 10);
    const last = reading(unit, "glucose").value;
    const receipt = unit.clear("d");
    expect(receipt).toMatchObject({
      channel: "glucose",
      unit: "mmol/L",
      beginS: 95 * HOUR_S,
      endS: 97 * HOUR_S,
    });
    expect(receipt.lastAfter).toBe(last);
    expect(Number(receipt.lastAfter) - Number(receipt.lastBefore)).toBeCloseTo(-3, 1);
    expect(receipt.touched).toBe(1);
    expect(reading(unit, "glucose").value).toBe(receipt.lastBefore);
  });

  test("the oxygen loop follows the drifting probe: the truth is what moves", () => {
    const unit = unitAt(95);
    unit.inject("d", { inject: "drift", channel: "dissolved_oxygen", ratePerHour: -2 });
    advance(unit, 4 * HOUR_S);
    expect(reading(unit, "dissolved_oxygen").value).toBeCloseTo(40, 0);
    expect(truth(unit, "dissolved_oxygen")).toBeGreaterThan(47);
  });

  test("a fault on an unknown channel, or the end of one that never began, is an error", () => {
    const unit = unitAt(95);
    expect(() => unit.inject("d", { inject: "drift", channel: "redox", ratePerHour: 1 })).toThrow("redox");
    expect(() => unit.clear("d")).toThrow('"d"');
  });
});

describe("noise", () => {
  test("repeats with the seed, differs with another, and does not depend on when samples were taken", () => {
    const often = unitAt(95);
    const seldom = unitAt(95);
    const other = unitAt(95, 8);
    for (let s = 0; s < 100; s++) {
      advance(often, 1);
      often.sample();
    }
    advance(seldom, 100);
    advance(other, 100);
    expect(often.sample()).toEqual(seldom.sample());
    expect(other.sample()).not.toEqual(seldom.sample());
  });

  test("has the stated size and no bias", () => {
    const unit = unitAt(95);
    const deviations: number[] = [];
    for (let s = 0; s < 2000; s++) {
      unit.step();
      deviations.push(reading(unit, "dissolved_oxygen").value - truth(unit, "dissolved_oxygen"));
    }
    const mean = deviations.reduce((sum, d) => sum + d, 0) / deviations.length;
    const variance = deviations.reduce((sum, d) => sum + (d - mean) ** 2, 0) / deviations.length;
    expect(Math.abs(mean)).toBeLessThan(0.02);
    expect(Math.sqrt(variance)).toBeCloseTo(0.15, 1);
  });
});
