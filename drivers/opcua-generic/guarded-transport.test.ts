/**
 * Bytes that the stack throws over: they end the connection as the contract says. Vitest fails the file
 * for an exception that nobody catches.
 */
import { InstrumentError, MAX_FORENSIC_BYTES } from "@helix/hal";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { connection, FrameCollector, openHandles, streamAll, until } from "./testing/bench.ts";
import { VesselBench } from "./testing/vessel-bench.ts";

let bench: VesselBench;
beforeAll(async () => {
  bench = await VesselBench.start();
});
afterEach(() => {
  bench.proxy.fromServer = undefined;
});
afterAll(() => bench.stop());

/** An ACK whose one turned bit leaves a receive buffer of 0 bytes (OPC 10000-6 section 7.1.2.4). */
function noBuffer(bytes: Uint8Array): Uint8Array {
  const changed = Buffer.from(bytes);
  changed.writeUInt32LE(0, 12);
  return changed;
}

/** One turned bit in the last byte: of a signed message, in its signature. */
function wrongSignature(bytes: Uint8Array): Uint8Array {
  const changed = Buffer.from(bytes);
  changed.writeUInt8(changed.readUInt8(changed.length - 1) ^ 1, changed.length - 1);
  return changed;
}

/** The same in messages of the kind that begins so, of a length from `least` on. */
const wrongIn =
  (type: string, least = 0) =>
  (bytes: Uint8Array) =>
    Buffer.from(bytes.subarray(0, 3)).toString("latin1") === type && bytes.length >= least
      ? wrongSignature(bytes)
      : bytes;
/** The answer that opens a secured channel carries a certificate; the one before, to find endpoints, none. */
const WITH_CERTIFICATE = 500;

/** A header that says one byte more than the message has, at most what the buffers hold (OPC 10000-6 section 7.1.2.2). */
function longerThanItsBuffer(bytes: Uint8Array): Uint8Array {
  const changed = Buffer.from(bytes);
  changed.writeUInt32LE(0x7fff_ffff, 4);
  return changed;
}

function expectViolation(error: unknown, received: string): void {
  expect(error).toBeInstanceOf(InstrumentError);
  const { detail, recoveryAction, message } = error as InstrumentError;
  expect(recoveryAction).toBe("ReconnectAndLogForensics");
  expect(message).not.toContain("\n");
  expect(detail).toMatchObject({
    kind: "ProtocolViolation",
    endpoint: expect.stringContaining(`${bench.proxy.port}`) as string,
    description: expect.stringContaining("could not be decoded") as string,
  });
  if (detail.kind !== "ProtocolViolation") return;
  expect(Buffer.from(detail.receivedBytes.subarray(0, 4)).toString("latin1")).toBe(received);
  expect(detail.receivedBytes.length).toBeLessThanOrEqual(MAX_FORENSIC_BYTES);
}

test.each([
  ["an ACK without a buffer", noBuffer, "ACKF"],
  ["an answer to OpenSecureChannel that is none", wrongIn("OPN"), "OPNF"],
  ["an answer to OpenSecureChannel whose signature does not fit", wrongIn("OPN", WITH_CERTIFICATE), "OPNF"],
  ["an answer to GetEndpoints that is none", wrongIn("MSG"), "MSGF"],
] as const)(
  "while connecting, %s: the attempt fails at once, nothing stays open, and the next one succeeds",
  async (_what, garble, received) => {
    const before = openHandles();
    const driver = bench.driver();
    bench.proxy.fromServer = garble;
    // Longer than the test may take: it is not the time limit that ends the attempt.
    const failed = driver.connect(connection({ timeoutMs: 600_000 })).catch((error: unknown) => error);
    expectViolation(await failed, received);
    expect(driver.status).toEqual({ state: "Disconnected" });
    await until("handles are as before", () => {
      const now = openHandles();
      return now.sockets <= before.sockets && now.timers <= before.timers;
    });
    bench.proxy.fromServer = undefined;
    await driver.connect(connection());
    expect(driver.status).toEqual({ state: "Connected" });
    await driver.disconnect();
  },
);

describe("in the middle of a stream", () => {
  let seconds = 0;
  /** A value that has been told before is not told again. */
  const measureAnew = () => {
    seconds += 1;
    bench.vessel.measure(36.9, new Date(Date.UTC(2026, 0, 1) + seconds * 1000));
  };

  test.each([
    ["a signature that does not fit", wrongSignature],
    ["a length that no message has", longerThanItsBuffer],
  ])(
    "%s ends the stream as a violation, with the bytes; nothing stays open, and the next one streams",
    async (_what, garble) => {
      const driver = bench.driver();
      const before = openHandles();
      measureAnew();
      await driver.connect(connection());
      const frames = new FrameCollector();
      const ended = driver
        .streamTelemetry(frames, streamAll, new AbortController().signal)
        .catch((error: unknown) => error);
      await until("the first frame", () => frames.frames.length > 0);
      bench.proxy.fromServer = garble;
      expectViolation(await ended, "MSGF");
      expect(driver.status).toEqual({ state: "Disconnected" });
      // The server, in this process too, keeps the lost session's timers for a while.
      await until("its socket is closed", () => openHandles().sockets <= before.sockets);

      bench.proxy.fromServer = undefined;
      measureAnew();
      await driver.connect(connection());
      const again = new FrameCollector();
      const stop = new AbortController();
      const stopped = driver.streamTelemetry(again, streamAll, stop.signal);
      await until("the first frame again", () => again.frames.length > 0);
      stop.abort();
      expect(await stopped).toBe("Requested");
      await driver.disconnect();
    },
  );
});
