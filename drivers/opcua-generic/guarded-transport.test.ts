/**
 * Bytes that the stack throws over: they end the connection as the contract says. Vitest fails the file
 * for an exception that nobody catches.
 */
import { InstrumentError, MAX_FORENSIC_BYTES } from "@helix/hal";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { connection, openHandles, until } from "./testing/bench.ts";
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

test("while connecting: the attempt fails at once, nothing stays open, and the next one succeeds", async () => {
  const before = openHandles();
  const driver = bench.driver();
  bench.proxy.fromServer = noBuffer;
  // Longer than the test may take: it is not the time limit that ends the attempt.
  const failed = driver.connect(connection({ timeoutMs: 600_000 })).catch((error: unknown) => error);
  expectViolation(await failed, "ACKF");
  expect(driver.status).toEqual({ state: "Disconnected" });
  await until("handles are as before", () => {
    const now = openHandles();
    return now.sockets <= before.sockets && now.timers <= before.timers;
  });
  bench.proxy.fromServer = undefined;
  await driver.connect(connection());
  expect(driver.status).toEqual({ state: "Connected" });
  await driver.disconnect();
});
