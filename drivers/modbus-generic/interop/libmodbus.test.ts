/** The driver against an instrument of another stack, in another process: real TCP, and a real serial port. */
import { join } from "node:path";
import {
  type DriverContext,
  type FrameSender,
  InstrumentError,
  QUALITY,
  type TelemetryFrame,
} from "@helix/hal";
import { createSystemPlatform, type SerialPair, silentLog, startSerialPair } from "@helix/platform";
import * as v from "valibot";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { modbusGenericConfig } from "../config.ts";
import { ModbusGenericDriver } from "../driver.ts";
import {
  buildServer,
  freePort,
  missingFor,
  type RunningProcess,
  startServer,
} from "./libmodbus.test-support.ts";

const platform = createSystemPlatform("modbus interop");
const signal = new AbortController().signal;
/** Half of what the server takes for an answer that is late, and long enough for a busy machine otherwise. */
const REQUEST_TIMEOUT_MS = 1000;
const register = (channel_id: number, name: string, at: number, more: object) => ({
  channel_id,
  name,
  unit: "1",
  register: at,
  ...more,
});
const REGISTERS = [
  register(0, "temperature", 0, { table: "input", type: "f32", is_writable: true, setpoint_register: 0 }),
  register(1, "ph", 2, { table: "input", type: "f32" }),
  register(2, "late", 20, { is_writable: true }),
  register(3, "free", 40, { type: "i16", scale: 0.1, is_writable: true }),
];

function driverFor(config: object): ModbusGenericDriver {
  const context: DriverContext = {
    ...platform,
    instrumentKey: "peer",
    log: silentLog,
    backpressure: { value: { level: "Normal" }, subscribe: () => () => {} },
    pkiFolder: "",
    secret: () => undefined,
    blocking: async (work) => work(),
  };
  const full = {
    unit_id: 17,
    registers: REGISTERS,
    poll_interval_ms: 50,
    request_timeout_ms: REQUEST_TIMEOUT_MS,
    ...config,
  };
  return new ModbusGenericDriver(v.parse(modbusGenericConfig, full), context);
}

const set = (driver: ModbusGenericDriver, channelId: number, value: number) =>
  driver.dispatchCommand(
    { type: "SetSetpoint", channelId, value, unit: "1", rationale: "test" },
    () => {},
    signal,
  );

/** Streams until `enough`, then stops. */
async function streamUntil(driver: ModbusGenericDriver, enough: (frames: TelemetryFrame[]) => boolean) {
  const frames: TelemetryFrame[] = [];
  const stop = new AbortController();
  const sender: FrameSender = {
    capacity: Number.MAX_SAFE_INTEGER,
    depth: 0,
    backpressure: { level: "Normal" },
    trySend(frame) {
      frames.push(frame);
      if (enough(frames)) stop.abort();
      return "sent";
    },
    send: async (frame) => sender.trySend(frame) as "sent",
    forceDropOldest: () => false,
    forceDropLowQuality: () => false,
    dropNewest: () => {},
  };
  const why = await driver.streamTelemetry(
    sender,
    {
      channelMask: [],
      rateOverrides: new Map(),
      dropPolicy: { policy: "DropOldest" },
      simulationMode: false,
    },
    stop.signal,
  );
  return { why, frames };
}

for (const transport of ["tcp", "rtu"] as const) {
  const missing = missingFor(transport);
  const title = `libmodbus over ${transport}${missing === undefined ? "" : ` (skipped: ${missing})`}`;
  describe.skipIf(missing !== undefined)(title, () => {
    let built: ReturnType<typeof buildServer>;
    let line: SerialPair | undefined;
    let server: RunningProcess;
    let driver: ModbusGenericDriver;

    beforeAll(async () => {
      built = buildServer();
      const port = await freePort();
      const end = (name: string) => join(built.folder, name);
      if (transport === "rtu") line = await startSerialPair(platform.clock, [end("a"), end("b")]);
      server = await startServer(built.program, [transport, line ? line.ends[0] : String(port)]);
      driver = driverFor(
        line
          ? { transport, serial_port: line.ends[1], baud_rate: 19_200, parity: "none" }
          : { transport, host: "127.0.0.1", port },
      );
      await driver.connect({ timeoutMs: 20_000, signal, readOnly: false });
    });

    afterAll(async () => {
      await driver?.disconnect();
      await server?.end();
      await line?.close();
      built?.remove();
    });

    test("values arrive with the setpoint in force, numbered without a gap or with the gaps stated", async () => {
      const { why, frames } = await streamUntil(driver, (all) => all.length >= 40);
      expect(why).toBe("Requested");
      const temperature = frames.filter(({ channelId }) => channelId === 0);
      expect(temperature[0]).toMatchObject({ value: 37.5, activeSetpoint: 37, qualityFlags: QUALITY.good });
      for (const frame of frames.filter(({ channelId }) => channelId === 1)) expect(frame.value).toBe(7.25);
      const rising = temperature.every(
        ({ sequence }, at) => at === 0 || sequence > (temperature[at - 1]?.sequence ?? 0n),
      );
      expect(rising).toBe(true);
    });

    test("setpoints are written and read back, of one register and of two", async () => {
      expect(await set(driver, 0, 36.5)).toMatchObject({ acknowledgedValue: 36.5, warnings: [] });
      expect((await set(driver, 3, -12.3)).acknowledgedValue).toBeCloseTo(-12.3, 9);
      const { channelSetpoints } = await driver.readSetpoints(signal);
      expect(channelSetpoints.get(0)).toBe(36.5);
      await set(driver, 0, 37);
    });

    test("it has no identification, and says so; its health is asked all the same", async () => {
      const health = await driver.healthCheck(signal);
      expect(health.firmwareVersion).toBe("");
      expect(health.diagnostics.get("answer")).toBe("read a register");
    });

    test("answers that come late are never taken for others", async () => {
      await set(driver, 2, 2);
      let missed = false;
      const { frames } = await streamUntil(driver, (all) => {
        missed ||= driver.streamingStats.channelSequenceGaps > 0;
        return missed && all.filter(({ channelId }) => channelId === 1).length >= 20;
      }).catch((error: unknown) => {
        throw error instanceof InstrumentError ? new Error(JSON.stringify(error.message)) : error;
      });
      const valuesOf = (wanted: number) =>
        frames.flatMap(({ channelId, value }) => (channelId === wanted ? [value] : []));
      expect(new Set(valuesOf(0))).toEqual(new Set([37.5]));
      expect(new Set(valuesOf(1))).toEqual(new Set([7.25]));
      expect(driver.streamingStats.channelSequenceGaps).toBeGreaterThan(0);
    });
  });
}
