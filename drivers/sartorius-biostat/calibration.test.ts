/**
 * Calibration by a stand-in unit: figures, failures, and the ways not to finish.
 */

import { connection, platform } from "@helix/driver-opcua-generic/testing";
import { type CalibrationPoint, InstrumentError } from "@helix/hal";
import { StatusCodes } from "node-opcua-client";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { biostatChannels } from "./address-space.ts";
import { calibrationRecord, type FinishedCalibration } from "./calibration-record.ts";
import type { SartoriusBiostatDriver } from "./driver.ts";
import { isAtLeast } from "./identity.ts";
import { UnitBench } from "./testing/unit-bench.ts";

let bench: UnitBench;
let driver: SartoriusBiostatDriver;
const signal = new AbortController().signal;
const FINISHED_AT = new Date(Date.UTC(2026, 0, 5));

beforeAll(async () => {
  bench = await UnitBench.start();
  driver = bench.driver();
});
afterAll(async () => {
  await driver.disconnect();
  await bench.stop();
});
beforeEach(async () => {
  await driver.connect(connection());
  bench.unit.onCall = () => ({});
  bench.unit.onRead = () => {};
});

const standard = (referenceValue: number, unit = "[pH]"): CalibrationPoint => ({
  referenceValue,
  unit,
  standardLotNumber: "lot 4",
  standardExpiryDate: "2027-01-01",
  standardCertificateId: "C-17",
});

/** The unit is asked to calibrate, and does so without an end; `started` comes after. */
function unitGoesOn(started: () => void = () => {}): void {
  bench.unit.onCall = (method, [channel]) => {
    if (method !== "StartCalibration") return {};
    bench.unit.values.set("Calibration.State", "Running");
    bench.unit.values.set("Calibration.Channel", String(channel));
    started();
    return {};
  };
}

/** The unit is asked to calibrate and ends as given, `afterMs` later. */
function unitWill(
  end: Readonly<Record<string, string | number | Date | readonly number[]>>,
  afterMs = 300,
): void {
  unitGoesOn(() =>
    platform.clock.timer(afterMs, () => {
      for (const [name, value] of Object.entries(end)) bench.unit.values.set(`Calibration.${name}`, value);
    }),
  );
}

/** When the driver has started the unit and asks for the first time how far it is. */
function calibrationUnderWay(): Promise<void> {
  const { calls } = bench.unit;
  const before = calls.length;
  return new Promise((resolve) => {
    bench.unit.onRead = (path) => {
      if (path === "Calibration.State" && calls.length > before) resolve();
    };
  });
}

async function failure(attempt: Promise<unknown>): Promise<InstrumentError> {
  const error: unknown = await attempt.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof InstrumentError) return error;
  throw new Error("did not fail as an instrument error", { cause: error });
}

test("a two-point calibration answers with the line, its linearity and what was measured", async () => {
  unitWill({
    State: "Complete",
    Measured: [4.05, 7.02],
    Slope: 1.0101,
    Intercept: -0.09,
    LastTime: FINISHED_AT,
  });
  const record = await driver.performCalibration(1, [standard(4), standard(7)], signal);
  expect(bench.unit.calls.at(-1)).toMatchObject({
    method: "StartCalibration",
    inputs: ["ph", new Float64Array([4, 7])],
  });
  expect(record.resultingSlope).toBeCloseTo(3 / 2.97, 9);
  expect(record.resultingIntercept).toBeCloseTo(4 - (4.05 * 3) / 2.97, 9);
  expect(record.rSquared).toBeCloseTo(1, 9);
  expect(record).toMatchObject({ channelId: 1, calibrationType: "two-point", outcome: "Pass" });
  expect(record.instrumentFirmwareAtCalibration).toBe("3.4.1");
  expect(record.nextCalibrationDueNs - record.calibrationTimestampNs).toBe(30n * 86_400_000_000_000n);
  const [, ph] = await driver.calibrationStatus(signal);
  expect(ph).toMatchObject({ channelId: 1, currentOutcome: "Pass", currentSlope: 1.0101 });
});

test("what the unit refuses is CalibrationFailed with its reason and the figures", async () => {
  unitWill({ State: "Failed", Measured: [4, 6], Message: "slope 1.500 is outside 0.8 to 1.2" });
  const { detail } = await failure(driver.performCalibration(1, [standard(4), standard(7)], signal));
  expect(detail).toMatchObject({
    kind: "CalibrationFailed",
    channelId: 1,
    reason: "slope 1.500 is outside 0.8 to 1.2",
    calibrationRecord: { outcome: "Fail" },
  });
});

test("a cancelled calibration never counts as done", async () => {
  unitGoesOn();
  const cancel = new AbortController();
  void calibrationUnderWay().then(() => cancel.abort());
  const points = [standard(0, "%{airsat}"), standard(100, "%{airsat}")];
  const { detail } = await failure(driver.performCalibration(0, points, cancel.signal));
  expect(detail).toMatchObject({ kind: "CalibrationDrift", channelId: 0, currentValue: 7 });
});

test("a calibration whose connection is lost never counts as done", async () => {
  unitGoesOn();
  void calibrationUnderWay().then(() => bench.proxy.breakConnections());
  const error = await failure(driver.performCalibration(1, [standard(4), standard(7)], signal));
  expect(error.kind).toBe("CalibrationDrift");
  expect((error.cause as InstrumentError).kind).toBe("ConnectionLost");
});

test("a unit that turns to another channel meanwhile: not done", async () => {
  unitWill({ State: "Complete", Channel: "dissolved_oxygen", Measured: [4, 7] }, 100);
  const { kind } = await failure(driver.performCalibration(1, [standard(4), standard(7)], signal));
  expect(kind).toBe("CalibrationDrift");
});

describe("refused before the probe is touched", () => {
  test("when one is running already", async () => {
    bench.unit.onCall = () => ({ status: StatusCodes.BadInvalidState });
    const { detail } = await failure(driver.performCalibration(1, [standard(4), standard(7)], signal));
    expect(detail).toMatchObject({
      kind: "CommandRejected",
      vendorRejectionCode: StatusCodes.BadInvalidState.value,
    });
  });

  test("for a standard in another quantity, for three standards, for a channel without calibration", async () => {
    const calls = bench.unit.calls.length;
    const kinds = await Promise.all([
      failure(driver.performCalibration(1, [standard(4, "Cel")], signal)),
      failure(driver.performCalibration(1, [standard(4), standard(7), standard(9)], signal)),
      failure(driver.performCalibration(2, [standard(37, "Cel")], signal)),
    ]);
    expect(kinds.map((error) => error.kind)).toEqual([
      "CommandRejected",
      "CommandRejected",
      "OperationNotSupported",
    ]);
    expect(bench.unit.calls).toHaveLength(calls);
  });
});

test("a verification compares with the standard and touches nothing", async () => {
  bench.unit.onCall = () => ({ output: 7.5 });
  expect(await driver.verifyCalibration(1, 7, signal)).toEqual({
    expected: 7,
    measured: 7.5,
    absoluteError: 0.5,
    percentError: 5,
    withinTolerance: false,
    toleranceBandPercent: 2,
  });
});

describe("a record", () => {
  const ph = biostatChannels(1)[1]?.descriptor;
  if (!ph) throw new Error("no ph channel");
  const done: FinishedCalibration = {
    channel: ph,
    references: [4, 7],
    measured: [4, 7],
    slopeInForce: 1,
    interceptInForce: 0,
    finishedNs: 0n,
    intervalDays: 30,
    firmwareVersion: "3.4.1",
    wasRefused: false,
  };

  test.each([
    ["Pass", [4, 7]],
    ["Pass", [4.1, 7]],
    ["PassWithWarning", [4.3, 7.2]],
    ["Fail", [4, 6]],
    ["Fail", [5, 8]],
  ])("%s when %o was measured in pH 4 and 7", (outcome, measured) => {
    expect(calibrationRecord({ ...done, measured }).outcome).toBe(outcome);
  });

  test("of one point takes the line from the unit and states no linearity", () => {
    const record = calibrationRecord({ ...done, references: [7], measured: [7.1], interceptInForce: -0.1 });
    expect(record).toMatchObject({
      calibrationType: "single-point",
      resultingIntercept: -0.1,
      outcome: "Pass",
    });
    expect(record.rSquared).toBeNaN();
  });

  test("without a measured value for each reference is none", () => {
    expect(() => calibrationRecord({ ...done, measured: [4] })).toThrow(RangeError);
    expect(() => calibrationRecord({ ...done, measured: [5, 5] })).toThrow(RangeError);
  });
});

test.each([
  ["3.2.0", true],
  ["3.4.1", true],
  ["10.0.0", true],
  ["3.2.0+build.7", true],
  ["3.1.99", false],
  ["3.2.0-rc.1", false],
  ["unknown", false],
])("firmware %s is new enough: %s", (version, expected) => {
  expect(isAtLeast(version, "3.2.0")).toBe(expected);
});
