/**
 * Connecting, and every way it can fail: one clear line, the right kind of error, nothing left open.
 */
import { renameSync } from "node:fs";
import { join } from "node:path";
import { InstrumentError, type InstrumentErrorDetail } from "@helix/hal";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { OpcUaGenericDriver } from "./driver.ts";
import { ensureClientCertificate } from "./pki.ts";
import { connection, openHandles, platform, until } from "./testing/bench.ts";
import { freePort } from "./testing/opcua-server.ts";
import { VESSEL_NAMESPACE } from "./testing/vessel.ts";
import {
  INSTRUMENT_KEY,
  PASSWORD_VARIABLE,
  TEMPERATURE_CHANNEL,
  VesselBench,
} from "./testing/vessel-bench.ts";

let bench: VesselBench;
beforeAll(async () => {
  bench = await VesselBench.start();
});
afterAll(() => bench.stop());

/** The error of a connection attempt; its text must be a single line. */
async function failure(driver: OpcUaGenericDriver, config = connection()): Promise<InstrumentErrorDetail> {
  const error: unknown = await driver.connect(config).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof InstrumentError))
    throw new Error("connected, or failed with another error", { cause: error });
  expect(error.message).not.toContain("\n");
  expect(driver.status).toEqual({ state: "Disconnected" });
  return error.detail;
}

test("connect opens a signed and encrypted session; a second connect changes nothing", async () => {
  const driver = bench.driver();
  expect(driver.status).toEqual({ state: "Uninitialized" });
  await driver.connect(connection());
  await driver.connect(connection());
  expect(driver.status).toEqual({ state: "Connected" });
  const health = await driver.healthCheck(new AbortController().signal);
  expect(health.diagnostics.get("server_state")).toBe("Running");
  await driver.disconnect();
  await driver.disconnect();
  expect(driver.status).toEqual({ state: "Disconnected" });
});

test("disconnect before the first connect does nothing", async () => {
  const driver = bench.driver();
  await driver.disconnect();
  expect(driver.status).toEqual({ state: "Uninitialized" });
});

test("after disconnect no socket and no timer is left", async () => {
  const before = openHandles();
  const driver = bench.driver();
  await driver.connect(connection());
  expect(openHandles().sockets).toBeGreaterThan(before.sockets);
  expect(openHandles().timers).toBeGreaterThan(before.timers);
  await driver.disconnect();
  await until("handles are as before", () => {
    const now = openHandles();
    // The server's and the proxy's ends close a moment later.
    return now.sockets <= before.sockets && now.timers <= before.timers;
  });
});

describe("refused", () => {
  test("an untrusted server: its certificate, where it lies and where to move it; moved, it is trusted", async () => {
    const pkiFolder = join(bench.folder, "stranger-pki");
    const driver = bench.driver({ pkiFolder });
    const detail = await failure(driver);
    if (detail.kind !== "ConnectionRefused") throw new Error(detail.kind);
    expect(detail.vendorErrorCode).toBe(0x801a0000);
    const [, rejected = "", trusted = ""] =
      /it lies in (.+\.pem): .* move it to (.+)$/.exec(detail.reason) ?? [];
    expect(detail.reason).toMatch(/SHA-1 [0-9a-f]{40}/);
    renameSync(rejected, join(trusted, "moved.pem"));
    // Our own certificate is new too, and the server says so.
    expect(await failure(driver)).toMatchObject({
      kind: "ConnectionRefused",
      reason: expect.stringContaining("does not trust our certificate") as string,
    });
  });

  test("a wrong password", async () => {
    const driver = bench.driver({ secrets: { [PASSWORD_VARIABLE]: "wrong" } });
    expect(await failure(driver)).toMatchObject({
      kind: "ConnectionRefused",
      vendorErrorCode: 0x801f0000,
      reason: expect.stringContaining(`check the variable ${PASSWORD_VARIABLE}`) as string,
    });
  });

  test("a password variable that is not set, before anything is opened", async () => {
    const driver = bench.driver({ secrets: {} });
    expect(await failure(driver)).toMatchObject({ kind: "InvalidConfiguration", field: "password_env_var" });
  });

  test("nobody listening", async () => {
    const url = `opc.tcp://127.0.0.1:${await freePort()}`;
    const driver = bench.driver({ config: { endpoint_url: url } });
    expect(await failure(driver)).toMatchObject({
      kind: "ConnectionRefused",
      endpoint: url,
      reason: expect.stringContaining("nothing listens there (ECONNREFUSED)") as string,
    });
  });

  test("security that the server does not offer: what it offers instead", async () => {
    const driver = bench.driver({ config: { security_policy: "Aes256_Sha256_RsaPss" } });
    expect(await failure(driver)).toMatchObject({
      kind: "ConnectionRefused",
      reason: expect.stringContaining("it offers SignAndEncrypt with Basic256Sha256") as string,
    });
  });

  test("a connection without security, although the configuration asks for it", async () => {
    const driver = bench.driver({ config: { security_mode: "None", username: undefined } });
    expect(await failure(driver)).toMatchObject({ kind: "ConnectionRefused" });
  });

  test.each([
    ["node_id", `nsu=${VESSEL_NAMESPACE};s=Vessel.Temprature.PV`],
    ["setpoint_node_id", "nsu=urn:no:such:namespace;s=Vessel.Temperature.SP"],
  ])("a %s that the server does not know", async (key, nodeId) => {
    const driver = bench.driver({ config: { channel_map: [{ ...TEMPERATURE_CHANNEL, [key]: nodeId }] } });
    expect(await failure(driver)).toMatchObject({
      kind: "InvalidConfiguration",
      field: `channel_map[0].${key}`,
      reason: expect.stringContaining(nodeId) as string,
    });
  });

  test("a server that accepts and then says nothing: time is up, and nothing stays open", async () => {
    const before = openHandles();
    bench.proxy.stall();
    try {
      expect(await failure(bench.driver(), connection({ timeoutMs: 300 }))).toMatchObject({
        kind: "Timeout",
        operation: "connect",
        budgetMs: 300,
      });
    } finally {
      bench.proxy.resume();
    }
    await until("handles are as before", () => {
      const now = openHandles();
      return now.sockets <= before.sockets && now.timers <= before.timers;
    });
  });

  test("an attempt that the caller gives up", async () => {
    bench.proxy.stall();
    const giveUp = new AbortController();
    const attempt = failure(bench.driver(), connection({ signal: giveUp.signal }));
    giveUp.abort();
    expect(await attempt).toMatchObject({ kind: "Timeout", operation: "connect" });
    bench.proxy.resume();
  });
});

test("a request without an answer makes the driver ask at once, however long silence is borne", async () => {
  const driver = bench.driver({ config: { silence_limit_ms: 600_000 } });
  await driver.connect(connection());
  bench.proxy.stall();
  try {
    const health = driver.healthCheck(new AbortController().signal);
    await expect(health).rejects.toMatchObject({ detail: { kind: "Timeout", operation: "healthCheck" } });
    await until("the loss is known", () => driver.status.state === "Disconnected");
  } finally {
    bench.proxy.resume();
  }
  await driver.disconnect();
});

test("the client's certificate is made once and stays", async () => {
  const folder = join(bench.folder, "own-pki");
  const first = await ensureClientCertificate(folder, INSTRUMENT_KEY, platform.clock);
  expect(await ensureClientCertificate(folder, INSTRUMENT_KEY, platform.clock)).toBe(first);
});
