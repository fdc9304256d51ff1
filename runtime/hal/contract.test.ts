import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  backpressureLevel,
  channelCapacity,
  convert,
  dateToTaiNs,
  fitCalibrationLine,
  HELIX_HAL_ABI_VERSION,
  INSTRUMENT_ERROR_KINDS,
  InstrumentError,
  type InstrumentErrorDetail,
  instrumentId,
  instrumentIdAsU64,
  parseInstrumentId,
  parseRateUnit,
  qualityClass,
  qualityFromStatusCode,
  taiNsToDate,
  taiToUtcNs,
  UNITS,
  unitByCode,
  unitBySpelling,
  unitByUcum,
  utcToTaiNs,
} from "./index.ts";

const DETAILS: readonly InstrumentErrorDetail[] = [
  { kind: "ConnectionLost", instrumentId: "i", reason: "r", lastFrameSequence: 1n, wasGraceful: false },
  { kind: "ConnectionRefused", instrumentId: "i", endpoint: "e", reason: "r", vendorErrorCode: undefined },
  { kind: "Timeout", instrumentId: "i", operation: "connect", budgetMs: 30000 },
  {
    kind: "ProtocolViolation",
    instrumentId: "i",
    endpoint: "e",
    description: "d",
    receivedBytes: new Uint8Array(1),
    expectedDescription: "x",
  },
  { kind: "ChecksumFailure", instrumentId: "i", channelId: 1, expected: 1, actual: 2 },
  {
    kind: "CalibrationDrift",
    instrumentId: "i",
    channelId: 1,
    currentValue: -2,
    expectedRangeMin: 0,
    expectedRangeMax: 1,
    sigmaDeviation: 9,
    unit: "mg/L",
    lastCalibrationTimestampNs: undefined,
  },
  {
    kind: "CalibrationFailed",
    instrumentId: "i",
    channelId: 1,
    reason: "slope",
    calibrationRecord: undefined,
  },
  {
    kind: "CommandRejected",
    instrumentId: "i",
    commandDescription: "c",
    rejectionReason: "interlock",
    vendorRejectionCode: 5,
  },
  { kind: "CommandExecutionFailure", instrumentId: "i", commandDescription: "c", failureReason: "stall" },
  { kind: "InvalidConfiguration", driverName: "d", field: "host", reason: "missing" },
  {
    kind: "FirmwareVersionMismatch",
    instrumentId: "i",
    firmwareVersion: "3.0.0",
    minVersion: "3.2.0",
    maxVersion: undefined,
  },
  { kind: "OperationNotSupported", instrumentId: "i", operation: "calibration" },
  { kind: "VendorSdkError", instrumentId: "i", message: "m", context: new Map() },
];

/** HELIX-HAL-0001 section 3.1, read off the specification by hand. */
const SPECIFIED: Readonly<Record<string, readonly [recovery: string, audit: boolean]>> = {
  ConnectionLost: ["ReconnectWithBackoff", false],
  ConnectionRefused: ["ReconnectWithBackoff", false],
  Timeout: ["RetryOnceWithDoubleTimeout", false],
  ProtocolViolation: ["ReconnectAndLogForensics", true],
  ChecksumFailure: ["RequestRetransmission", false],
  CalibrationDrift: ["DegradeChannelAndAlert", true],
  CalibrationFailed: ["IsolateChannelAndRaiseMandatoryDeviation", true],
  CommandRejected: ["SurfaceToOperatorNoRetry", true],
  CommandExecutionFailure: ["SurfaceToOperatorNoRetry", true],
  InvalidConfiguration: ["IsolateDriver", false],
  FirmwareVersionMismatch: ["ConnectReadOnlyAndAlert", false],
  OperationNotSupported: ["ReturnImmediately", false],
  VendorSdkError: ["ReconnectWithBackoff", false],
};

describe("errors", () => {
  test("there are 13 kinds, each with the recovery and audit duty of the specification", () => {
    expect(DETAILS.map((d) => d.kind)).toEqual(INSTRUMENT_ERROR_KINDS);
    const actual = Object.fromEntries(
      DETAILS.map((detail) => new InstrumentError(detail)).map((e) => [
        e.kind,
        [e.recoveryAction, e.requiresAuditEntry],
      ]),
    );
    expect(actual).toEqual(SPECIFIED);
  });

  test.each(DETAILS)("$kind says in one line what happened", (detail) => {
    const { message } = new InstrumentError(detail);
    expect(message).not.toMatch(/undefined|\n|\[object/);
    expect(message).toContain("instrumentId" in detail ? detail.instrumentId : detail.driverName);
  });

  test("the cause is kept", () => {
    const cause = new Error("socket hang up");
    expect(new InstrumentError(DETAILS[0] as InstrumentErrorDetail, { cause }).cause).toBe(cause);
  });
});

describe("channel capacity", () => {
  test("10 Hz x 8 channels x 5 s is 400 frames", () => expect(channelCapacity(80)).toBe(400));
  test("never below 256", () => expect(channelCapacity(1)).toBe(256));
  test("an undefined rate is refused", () => expect(() => channelCapacity(Number.NaN)).toThrow(RangeError));
});

test("backpressure is a warning from 75 % and critical above 90 %", () => {
  expect([74, 75, 90, 91, 100].map((depth) => backpressureLevel(depth, 100).level)).toEqual([
    "Normal",
    "Warning",
    "Warning",
    "Critical",
    "Critical",
  ]);
});

describe("identity", () => {
  test("vendor and model become lower case with hyphens, the serial stays", () => {
    expect(instrumentId("Sartorius", "Biostat B", "SN-2024-00417")).toBe("sartorius:biostat-b:SN-2024-00417");
  });
  test("what is not vendor:model:serial is refused", () => {
    expect(() => parseInstrumentId("Sartorius Biostat")).toThrow("is not vendor:model:serial");
  });
  test("the 64-bit form is the first 8 bytes of BLAKE3, little-endian", () => {
    // b3sum 1.2.0 of the id: bc404b91d595a412e1b9...
    const id = parseInstrumentId("sartorius:biostat-b:SN-2024-00417");
    expect(instrumentIdAsU64(id)).toBe(0x12a495d5914b40bcn);
  });
});

describe("time", () => {
  test("TAI is 37 s ahead of UTC now", () => {
    const utc = BigInt(Date.parse("2026-11-20T12:00:00Z")) * 1_000_000n;
    expect(utcToTaiNs(utc) - utc).toBe(37_000_000_000n);
  });
  test("the leap second of 2016-12-31 makes two UTC seconds three TAI seconds apart", () => {
    const before = dateToTaiNs(new Date("2016-12-31T23:59:59Z"));
    expect(dateToTaiNs(new Date("2017-01-01T00:00:00Z")) - before).toBe(2_000_000_000n);
  });
  test("every instant since 1972 comes back from TAI", () => {
    const instant = fc.bigInt({ min: 63_072_000_000_000_000n, max: 4_000_000_000_000_000_000n });
    fc.assert(fc.property(instant, (utc) => taiToUtcNs(utcToTaiNs(utc)) === utc));
  });
  test("dates come back", () => {
    expect(taiNsToDate(dateToTaiNs(new Date("2026-01-05T08:00:00Z"))).toISOString()).toBe(
      "2026-01-05T08:00:00.000Z",
    );
  });
});

describe("units", () => {
  test("codes and texts are unique, so each finds its unit again", () => {
    for (const unit of UNITS) {
      expect(unitByCode(unit.code)).toBe(unit);
      expect(unitByUcum(unit.ucum)).toBe(unit);
    }
  });
  test("makers' spellings are understood", () => expect(unitBySpelling("RPM")?.ucum).toBe("{rev}/min"));
  test.each([
    [37, "Cel", "K", 310.15],
    [98.6, "[degF]", "Cel", 37],
    [1, "mL/min", "L/h", 0.06],
    [24, "mL/h", "L/h", 0.024],
    [3903, "mg/L", "g/L", 3.903],
  ])("%d %s is %d %s", (value, from, to, expected) => {
    expect(convert(value as number, from as string, to as string)).toBeCloseTo(expected as number, 9);
  });
  test("conversion there and back is the same value", () => {
    const unit = fc.constantFrom(...UNITS);
    fc.assert(
      fc.property(unit, unit, fc.double({ min: -1e6, max: 1e6, noNaN: true }), (a, b, x) => {
        fc.pre(a.quantity === b.quantity);
        expect(convert(convert(x, a.ucum, b.ucum), b.ucum, a.ucum)).toBeCloseTo(x, 4);
      }),
    );
  });
  test("different quantities do not convert; both are named", () => {
    expect(() => convert(1, "L/h", "Cel")).toThrow("L/h (volume flow) does not convert to Cel (temperature)");
  });
  test("a rate is a unit over a time", () => {
    expect(parseRateUnit("%{airsat}/h")).toMatchObject({ unit: { ucum: "%{airsat}" }, perSeconds: 3600 });
    expect(parseRateUnit("L/h/d")).toMatchObject({ unit: { ucum: "L/h" }, perSeconds: 86400 });
    expect(parseRateUnit("Cel")).toBeUndefined();
  });
});

describe("quality", () => {
  test.each([
    [0x00000000, "Good"],
    [0x40000000, "Uncertain"],
    [0x40930000, "Uncertain"],
    [0x80000000, "Bad"],
    [0x808a0000, "Bad"],
    [0x80350000, "Bad"],
  ])("OPC UA status 0x%s keeps its severity", (status, expected) => {
    expect(qualityClass(qualityFromStatusCode(status as number))).toBe(expected);
  });
  test("uncertain without a sub-code is 0x0040, as the specification says", () => {
    expect(qualityFromStatusCode(0x40000000)).toBe(0x0040);
  });
});

describe("calibration line", () => {
  test("a two-point line goes through both points", () => {
    const fit = fitCalibrationLine([
      { referenceValue: 0, measuredValue: 2 },
      { referenceValue: 100, measuredValue: 98 },
    ]);
    expect(fit.slope * 2 + fit.intercept).toBeCloseTo(0, 12);
    expect(fit.slope * 98 + fit.intercept).toBeCloseTo(100, 12);
    expect(fit.rSquared).toBeCloseTo(1, 12);
  });
  test("scatter lowers the coefficient of determination", () => {
    const scattered = [0, 1, 2, 3].map((x) => ({
      measuredValue: x,
      referenceValue: x + (x % 2 ? 0.5 : -0.5),
    }));
    expect(fitCalibrationLine(scattered).rSquared).toBeLessThan(0.9999);
  });
  test("one point is no line", () => {
    expect(() => fitCalibrationLine([{ referenceValue: 1, measuredValue: 1 }])).toThrow(RangeError);
  });
});

test("the ABI version is 4", () => expect(HELIX_HAL_ABI_VERSION).toBe(4));
