import { InstrumentError, type InstrumentErrorDetail } from "@helix/hal";
import { createSeededRandom } from "@helix/platform";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { backoffMs } from "./backoff.ts";
import { RecoveryPolicy } from "./recovery.ts";

const error = (detail: InstrumentErrorDetail) => new InstrumentError(detail);
const lost = error({
  kind: "ConnectionLost",
  instrumentId: "i",
  reason: "r",
  lastFrameSequence: 0n,
  wasGraceful: false,
});
const timeout = error({ kind: "Timeout", instrumentId: "i", operation: "connect", budgetMs: 30_000 });
const violation = error({
  kind: "ProtocolViolation",
  instrumentId: "i",
  endpoint: "e",
  description: "d",
  receivedBytes: new Uint8Array(),
  expectedDescription: "x",
});
const checksum = error({ kind: "ChecksumFailure", instrumentId: "i", channelId: 2, expected: 1, actual: 2 });
const firmware = error({
  kind: "FirmwareVersionMismatch",
  instrumentId: "i",
  firmwareVersion: "1",
  minVersion: "2",
  maxVersion: undefined,
});
const invalid = error({ kind: "InvalidConfiguration", driverName: "d", field: "f", reason: "r" });
const drift = error({
  kind: "CalibrationDrift",
  instrumentId: "i",
  channelId: 3,
  currentValue: 0,
  expectedRangeMin: 0,
  expectedRangeMax: 1,
  sigmaDeviation: 5,
  unit: "1",
  lastCalibrationTimestampNs: undefined,
});
const calibrationFailed = error({
  kind: "CalibrationFailed",
  instrumentId: "i",
  channelId: 3,
  reason: "slope",
  calibrationRecord: undefined,
});

const policy = (maxAttempts = 10) => new RecoveryPolicy({ maxAttempts, random: createSeededRandom(5) });

test("backoff doubles from 1 s to 60 s, each within 20 %", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 30 }), fc.nat(), (attempt, seed) => {
      const nominal = Math.min(1000 * 2 ** (attempt - 1), 60_000);
      const delay = backoffMs(attempt, createSeededRandom(seed));
      expect(delay).toBeGreaterThanOrEqual(0.8 * nominal);
      expect(delay).toBeLessThanOrEqual(1.2 * nominal);
    }),
  );
});

test("two instruments do not come back in the same instant", () => {
  const root = createSeededRandom(1);
  expect(backoffMs(3, root.fork("reconnect:a"))).not.toBe(backoffMs(3, root.fork("reconnect:b")));
});

describe("reconnect with backoff", () => {
  test("ten attempts by default, then the instrument is isolated with the reason", () => {
    const p = policy();
    const steps = Array.from({ length: 11 }, () => p.next(lost, "connect", 0));
    expect(steps.slice(0, 10).map((s) => s.step)).toEqual(Array(10).fill("reconnect"));
    expect(steps[10]).toEqual({ step: "isolate", reason: `gave up after 10 attempts: ${lost.message}` });
  });

  test("a connection that served 30 s clears the count; a shorter one does not", () => {
    const p = policy(2);
    expect(p.next(lost, "stream", 0)).toMatchObject({ attempt: 1 });
    expect(p.next(lost, "stream", 29_999)).toMatchObject({ attempt: 2 });
    expect(p.next(lost, "stream", 30_000)).toMatchObject({ attempt: 1 });
  });

  test("no retries configured means none", () => {
    expect(policy(0).next(lost, "connect", 0).step).toBe("isolate");
  });
});

test("a timeout is tried once more with twice the time, then counts as a lost connection", () => {
  const p = policy();
  expect(p.next(timeout, "health-check", 0).step).toBe("retry-with-double-timeout");
  expect(p.next(timeout, "health-check", 0)).toMatchObject({ step: "reconnect", attempt: 1 });
  expect(p.next(timeout, "connect", 0).step).toBe("retry-with-double-timeout");
});

test("three protocol violations in a row isolate the instrument", () => {
  const p = policy();
  expect([1, 2, 3].map(() => p.next(violation, "stream", 0).step)).toEqual([
    "reconnect",
    "reconnect",
    "isolate",
  ]);
});

test("three checksum failures in a row count as a lost connection", () => {
  const p = policy();
  expect([1, 2, 3].map(() => p.next(checksum, "stream", 0).step)).toEqual([
    "restart-stream",
    "restart-stream",
    "reconnect",
  ]);
});

test("an unsupported firmware connects read-only, and isolates if even that is refused", () => {
  const p = policy();
  expect(p.next(firmware, "connect", 0)).toEqual({
    step: "reconnect",
    delayMs: 0,
    attempt: 0,
    readOnly: true,
  });
  expect(p.next(lost, "stream", 0)).toMatchObject({ readOnly: true });
  expect(p.next(firmware, "connect", 0).step).toBe("isolate");
});

test("drift degrades its channel, a failed calibration takes it offline, a bad configuration isolates", () => {
  expect(policy().next(drift, "stream", 0)).toEqual({ step: "restart-stream", degradedChannel: 3 });
  expect(policy().next(calibrationFailed, "stream", 0)).toEqual({
    step: "restart-stream",
    isolatedChannel: 3,
  });
  expect(policy().next(invalid, "connect", 0)).toEqual({ step: "isolate", reason: invalid.message });
});
