import { InstrumentError } from "@helix/hal";
import { expect, test } from "vitest";
import { scriptedSession } from "./scripted-driver.test-support.ts";

const lost = () =>
  new InstrumentError({
    kind: "ConnectionLost",
    instrumentId: "maker:model:1",
    reason: "reset",
    lastFrameSequence: 2n,
    wasGraceful: false,
  });
const refused = () =>
  new InstrumentError({
    kind: "ConnectionRefused",
    instrumentId: "maker:model:1",
    endpoint: "e",
    reason: "no route",
    vendorErrorCode: undefined,
  });
const never = () => new Promise<never>(() => {});

test("connects, checks, reads setpoints back, streams; stopped, it closes everything and leaves no timer", async () => {
  const { clock, driver, ledger, states, run, stop } = await scriptedSession();
  const running = run();
  await clock.advance(1_000);
  expect(driver.calls).toEqual(["connect", "healthCheck", "readSetpoints", "stream"]);
  expect(states()).toEqual(["Connecting", "Connected", "Streaming"]);
  expect(ledger.events).toMatchObject([{ type: "CONNECTED", firmwareVersion: "1.2.3", attempt: 0 }]);
  stop();
  await clock.advance(0);
  await running;
  expect(driver.calls.at(-1)).toBe("disconnect");
  expect(states()).toEqual(["Connecting", "Connected", "Streaming", "Disconnected"]);
  expect(clock.pending).toBe(0);
});

test("a lost connection is recorded with its last frame, and comes back after about 1 s", async () => {
  const { clock, driver, ledger, states, run, stop } = await scriptedSession();
  let streams = 0;
  const stay = driver.onStream;
  driver.onStream = async (signal) => {
    if (++streams > 1) return stay(signal);
    await clock.sleep(5_000, signal);
    throw lost();
  };
  const running = run();
  await clock.advance(5_700);
  expect(states()).toEqual(["Connecting", "Connected", "Streaming", "Disconnected"]);
  expect(ledger.events[1]).toMatchObject({
    type: "CONNECTION_LOST",
    lastFrameSequence: 2n,
    wasGraceful: false,
  });
  await clock.advance(600);
  expect(states().slice(4)).toEqual(["Connecting", "Connected", "Streaming"]);
  stop();
  await clock.advance(0);
  await running;
});

test("an instrument that never answers is tried 10 more times, ever more slowly, and then isolated", async () => {
  const { clock, driver, ledger, events, states, run } = await scriptedSession();
  const attempts: number[] = [];
  driver.onConnect = async () => {
    attempts.push(Number(clock.monotonicNs()) / 1e9);
    throw refused();
  };
  const running = run();
  await clock.advance(400_000);
  await running;
  expect(attempts).toHaveLength(11);
  const waits = attempts.slice(1).map((at, i) => at - (attempts[i] as number));
  const nominal = [1, 2, 4, 8, 16, 32, 60, 60, 60, 60];
  for (const [i, wait] of waits.entries()) {
    expect(Math.abs(wait / (nominal[i] as number) - 1)).toBeLessThanOrEqual(0.2 + 1e-6);
  }
  expect(states().at(-1)).toBe("FaultIsolated");
  expect(ledger.types()).toEqual(["INSTRUMENT_ISOLATED"]);
  expect(events).toContainEqual(expect.objectContaining({ type: "alarm", instrument: "x" }));
  expect(clock.pending).toBe(0);
});

test("a connect that hangs gets 30 s, then 60 s, then counts as a failed attempt", async () => {
  const { clock, driver, events, run, stop } = await scriptedSession();
  driver.onConnect = never;
  const running = run();
  await clock.advance(29_999);
  expect(driver.calls).toEqual(["connect"]);
  await clock.advance(2);
  expect(driver.calls).toEqual(["connect", "connect"]);
  await clock.advance(60_000);
  expect(events.filter((e) => e.type === "error").map((e) => e.next)).toEqual([
    "try once more with twice the time",
    expect.stringMatching(/^reconnect in .* s \(attempt 1\)$/),
  ]);
  stop();
  await clock.advance(0);
  await running;
});

test("a health check that hangs is given 500 ms, then 1 s, and then the connection is made anew", async () => {
  const { clock, driver, states, run, stop } = await scriptedSession("health_check_interval_seconds = 30");
  const running = run();
  await clock.advance(1_000);
  driver.onHealthCheck = never;
  await clock.advance(29_000 + 500 + 999);
  expect(states().at(-1)).toBe("Streaming");
  await clock.advance(10);
  expect(states().at(-1)).toBe("Disconnected");
  driver.onHealthCheck = async () => {};
  await clock.advance(1_300);
  expect(states().at(-1)).toBe("Streaming");
  stop();
  await clock.advance(0);
  await running;
});

test("a driver that ignores its stop signal is on record, and does not hold up the others", async () => {
  const { clock, driver, ledger, run, stop } = await scriptedSession();
  driver.onStream = never;
  const running = run();
  await clock.advance(1_000);
  stop();
  await clock.advance(2_000);
  await running;
  expect(ledger.events.at(-1)).toMatchObject({
    type: "DEVIATION",
    description: "stopping the stream took longer than 2000 ms",
  });
  expect(driver.calls.at(-1)).toBe("disconnect");
});

test("an instrument that has ended its run stays connected and watched", async () => {
  const { clock, driver, states, run, stop } = await scriptedSession();
  driver.onStream = async () => "RunComplete";
  const running = run();
  await clock.advance(40_000);
  expect(states()).toEqual(["Connecting", "Connected", "Streaming", "Connected"]);
  expect(driver.calls.filter((call) => call === "stream")).toHaveLength(1);
  expect(driver.calls.filter((call) => call === "healthCheck")).toHaveLength(2);
  stop();
  await clock.advance(0);
  await running;
});

test("an error that is none of the contract's keeps its cause and is treated as a lost connection", async () => {
  const { clock, driver, events, run, stop } = await scriptedSession();
  const cause = Object.assign(new Error("socket hang up"), { code: "ECONNRESET" });
  driver.onStream = async () => {
    throw cause;
  };
  const running = run();
  await clock.advance(10);
  const failure = events.find((event) => event.type === "error");
  expect(failure?.error).toMatchObject({ kind: "VendorSdkError", cause });
  expect(failure?.error.detail).toMatchObject({
    context: new Map([
      ["vendor_error_code", "ECONNRESET"],
      ["vendor_error_message", "socket hang up"],
    ]),
  });
  stop();
  await clock.advance(0);
  await running;
});

test("a protocol violation is in the ledger although the connection heals", async () => {
  const { clock, driver, ledger, run, stop } = await scriptedSession();
  const stay = driver.onStream;
  let streams = 0;
  driver.onStream = async (signal) => {
    if (++streams > 1) return stay(signal);
    throw new InstrumentError({
      kind: "ProtocolViolation",
      instrumentId: "maker:model:1",
      endpoint: "e",
      description: "bad length",
      receivedBytes: new Uint8Array([1, 2]),
      expectedDescription: "8 bytes",
    });
  };
  const running = run();
  await clock.advance(3_000);
  expect(ledger.types()).toEqual(["CONNECTED", "PROTOCOL_VIOLATION", "CONNECTION_LOST", "CONNECTED"]);
  stop();
  await clock.advance(0);
  await running;
});

test("a failed calibration takes its channel out of the stream and raises a mandatory deviation", async () => {
  const { clock, driver, ledger, states, run, stop } = await scriptedSession();
  const stay = driver.onStream;
  let streams = 0;
  driver.onStream = async (signal) => {
    if (++streams > 1) return stay(signal);
    throw new InstrumentError({
      kind: "CalibrationFailed",
      instrumentId: "maker:model:1",
      channelId: 0,
      reason: "slope 0.5",
      calibrationRecord: undefined,
    });
  };
  const running = run();
  await clock.advance(100);
  expect(states().at(-1)).toBe("Degraded");
  expect(ledger.events.at(-1)).toMatchObject({
    type: "DEVIATION",
    mandatory: true,
    description: "ph is offline until it is calibrated again",
  });
  stop();
  await clock.advance(0);
  await running;
});
