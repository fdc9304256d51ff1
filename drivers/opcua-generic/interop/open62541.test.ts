/**
 * The driver against a server of another stack, in another process, with signed and encrypted
 * messages: it streams, writes, and goes on after the server was killed and started again.
 */
import { join } from "node:path";
import { type CommandAuditRecord, InstrumentError, type TelemetryFrame, utcToTaiNs } from "@helix/hal";
import * as v from "valibot";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { opcUaGenericConfig } from "../config.ts";
import { OpcUaGenericDriver } from "../driver.ts";
import { ensureClientCertificate } from "../pki.ts";
import {
  connection,
  driverContext,
  FrameCollector,
  platform,
  streamAll,
  temporaryFolder,
  until,
} from "../testing/bench.ts";
import { freePort, TEST_PASSWORD, TEST_USER } from "../testing/opcua-server.ts";
import { trust } from "../testing/vessel-bench.ts";
import { Open62541Server, open62541IsThere } from "./open62541.test-support.ts";

const KEY = "brx-62";
const signal = new AbortController().signal;

const title = open62541IsThere
  ? "against open62541"
  : "against open62541 (skipped: needs open62541, run tools/peers/open62541.sh)";

describe.skipIf(!open62541IsThere)(title, () => {
  const { path: folder, remove } = temporaryFolder();
  const pkiFolder = join(folder, "client-pki");
  let server: Open62541Server;
  let driver: OpcUaGenericDriver;

  beforeAll(async () => {
    const certificate = await ensureClientCertificate(pkiFolder, KEY, platform.clock);
    server = await Open62541Server.prepare(folder, certificate, await freePort());
    await server.start();
    trust(pkiFolder, server.certificateFile);
    driver = new OpcUaGenericDriver(
      configFor(server.port),
      driverContext(pkiFolder, { PW: TEST_PASSWORD }, KEY),
    );
    await driver.connect(connection());
  });

  afterAll(async () => {
    await driver?.disconnect();
    await server?.kill();
    remove();
  });

  test("the session is signed and encrypted, and the server answers for its health", async () => {
    const health = await driver.healthCheck(signal);
    expect(health.diagnostics.get("server_state")).toBe("Running");
    expect(health.instrumentUptimeSeconds).toBeGreaterThanOrEqual(0);
  });

  test("a setpoint is written and read back; a node that cannot be written is a rejection", async () => {
    const records: CommandAuditRecord[] = [];
    const set = (channelId: number, value: number) =>
      driver.dispatchCommand(
        { type: "SetSetpoint", channelId, value, unit: "[pH]", rationale: "test" },
        (record) => records.push(record),
        signal,
      );
    expect((await set(0, 7.25)).acknowledgedValue).toBe(7.25);
    expect((await driver.readSetpoints(signal)).channelSetpoints.get(0)).toBe(7.25);
    await expect(set(1, 2)).rejects.toMatchObject({
      detail: { kind: "CommandRejected", vendorRejectionCode: 0x803b0000 },
    });
    expect(records.map((record) => record.result.ok)).toEqual([true, false]);
  });

  test("streams, is told of a kill, and goes on after a restart with the gap stated", async () => {
    const frames = new FrameCollector();
    const first = driver.streamTelemetry(frames, streamAll, signal).catch((error: unknown) => error);
    await until("20 samples", () => frames.of(0).length >= 20);
    const before = frames.of(0);
    expect(before[0]?.sequence).toBe(1n);
    expect(gapsIn(before)).toEqual([]);
    expect(before.every((frame) => Math.abs(frame.value - 7) <= 0.31)).toBe(true);

    await server.kill();
    const lost = await first;
    expect(lost).toBeInstanceOf(InstrumentError);
    expect((lost as InstrumentError).detail).toMatchObject({ kind: "ConnectionLost", wasGraceful: false });
    await expect(driver.connect(connection())).rejects.toMatchObject({ kind: "ConnectionRefused" });

    const lastTaken = frames.of(0).at(-1)?.wallTimestampNs ?? 0n;
    const secondsWithout = () => Number(utcToTaiNs(platform.clock.wallUtcNs()) - lastTaken) / 1e9;
    await until("ten samples would have been taken", () => secondsWithout() > 1);
    await server.start();
    await driver.connect(connection());
    const received = frames.of(0).length;
    const stop = new AbortController();
    const second = driver.streamTelemetry(frames, streamAll, stop.signal);
    await until("20 more samples", () => frames.of(0).length >= received + 20);
    stop.abort();
    expect(await second).toBe("Requested");

    const all = frames.of(0);
    const gaps = gapsIn(all);
    expect(gaps).toHaveLength(1);
    expect(gaps[0]?.afterIndex).toBe(received - 1);
    // The numbers left out say how long it was away, at the pace of the samples before: ten a second, or
    // fewer where the server's timer waits for its machine.
    const { leftOut = 0, seconds = 0 } = gaps[0] ?? {};
    const pace = medianSeconds(all.slice(0, received));
    expect(pace).toBeGreaterThan(0.05);
    expect(leftOut).toBeGreaterThan(0.6 * (seconds / pace));
    expect(leftOut).toBeLessThan(1.4 * (seconds / pace));
  });
});

/** Between samples that follow each other. */
function medianSeconds(frames: readonly TelemetryFrame[]): number {
  const times = frames.map(({ wallTimestampNs }) => wallTimestampNs);
  const apart = times.slice(1).map((time, index) => Number(time - (times[index] as bigint)) / 1e9);
  return apart.sort((a, b) => a - b)[apart.length >> 1] ?? Number.NaN;
}

function gapsIn(frames: readonly TelemetryFrame[]) {
  return frames.slice(1).flatMap((frame, index) => {
    const previous = frames[index] as TelemetryFrame;
    const leftOut = Number(frame.sequence - previous.sequence) - 1;
    const seconds = Number(frame.wallTimestampNs - previous.wallTimestampNs) / 1e9;
    return leftOut === 0 ? [] : [{ afterIndex: index, leftOut, seconds }];
  });
}

const configFor = (port: number) =>
  v.parse(opcUaGenericConfig, {
    endpoint_url: `opc.tcp://127.0.0.1:${port}`,
    username: TEST_USER,
    password_env_var: "PW",
    publishing_interval_ms: 100,
    channel_map: [
      {
        channel_id: 0,
        node_id: "ns=1;s=pH.PV",
        name: "ph",
        unit: "[pH]",
        is_writable: true,
        setpoint_node_id: "ns=1;s=pH.SP",
      },
      {
        channel_id: 1,
        node_id: "ns=1;s=pH.PV",
        name: "locked",
        unit: "[pH]",
        is_writable: true,
        setpoint_node_id: "ns=1;s=Locked.SP",
      },
    ],
  });
