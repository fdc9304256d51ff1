/** Our Modbus driver and the simulated device in a world: over TCP and over a serial cable, with faults that lie. */
import { InstrumentError, QUALITY } from "@helix/hal";
import { type ModbusDeviceOptions, type RunningModbusDevice, startModbusDevice } from "@helix/simulators";
import { expect, test } from "vitest";
import type { Cable } from "./serial/cable.ts";
import { inWorld } from "./testing/in-process.ts";
import { connection, createDriver, Frames, REGISTERS, STREAM_ALL } from "./testing/modbus-drivers.ts";
import type { World } from "./world.ts";

type Transport = "tcp" | "rtu";

interface Bench {
  readonly world: World;
  readonly device: RunningModbusDevice;
  readonly driver: ReturnType<typeof createDriver>;
  readonly frames: Frames;
  readonly cable: Cable;
  /** Streams for so many virtual seconds; why it ended. */
  stream(seconds: number): Promise<string | InstrumentError>;
  /** Runs on the runtime's host. */
  ask<T>(work: () => Promise<T>): Promise<T>;
}

const NEVER = new AbortController().signal;

function bench<T>(
  transport: Transport,
  work: (bench: Bench) => Promise<T>,
  changes: { config?: Record<string, unknown>; device?: Partial<ModbusDeviceOptions>; seed?: number } = {},
) {
  return inWorld(
    async (world) => {
      const [far, near] = [world.addStation("bath"), world.addStation("runtime")];
      const cable = world.serial.addCable(
        { host: far.host, path: "/dev/ttyS0" },
        { host: near.host, path: "/dev/ttyUSB0" },
      );
      const line =
        transport === "tcp"
          ? ({ transport, host: far.host.address, port: 502 } as const)
          : ({ transport, path: "/dev/ttyS0" } as const);
      const options = { line, serialNumber: "WB-0231", ...changes.device };
      const device = await far.host.start(() => startModbusDevice({ platform: far.platform, options }));
      const address = transport === "tcp" ? { host: "bath" } : { serial_port: "/dev/ttyUSB0" };
      const driver = createDriver(near.platform, {
        transport,
        ...address,
        serial_number: "WB-0231",
        identification: { register: 1000, length: 8 },
        ...changes.config,
      });
      const ask = <T>(asked: () => Promise<T>) => near.host.start(asked);
      const frames = new Frames();
      const stream = async (seconds: number) => {
        const stop = new AbortController();
        const ended = ask(() => driver.streamTelemetry(frames, STREAM_ALL, stop.signal)).catch(
          instrumentError,
        );
        await Promise.race([ended, world.sleep(seconds * 1000)]);
        stop.abort();
        return ended;
      };
      await ask(() => driver.connect(connection()));
      return work({ world, device, driver, frames, cable, stream, ask });
    },
    { seed: changes.seed ?? 1 },
  );
}

function instrumentError(error: unknown): InstrumentError {
  if (error instanceof InstrumentError) return error;
  throw error;
}

const set = ({ driver, ask }: Bench, channelId: number, value: number, unit: string) =>
  ask(() =>
    driver.dispatchCommand(
      { type: "SetSetpoint", channelId, value, unit, rationale: "test" },
      () => {},
      NEVER,
    ),
  );

const sequences = (frames: Frames) => frames.of(0).map(({ sequence }) => Number(sequence));

test.for(["tcp", "rtu"] as const)("%s: readings, setpoints and identity arrive", async (transport) => {
  const { result } = await bench(transport, async (b) => {
    const warmer = await set(b, 0, 313.15, "K");
    const why = await b.stream(600);
    const health = await b.ask(() => b.driver.healthCheck(NEVER));
    const setpoints = await b.ask(() => b.driver.readSetpoints(NEVER));
    return {
      warmer,
      why,
      health,
      setpoints,
      frames: b.frames,
      truth: b.device.truth(),
      stats: b.driver.streamingStats,
    };
  });
  const { frames, truth } = result;
  expect(result.why).toBe("Requested");
  expect(result.warmer).toMatchObject({ acknowledgedValue: 40, warnings: [] });
  expect([...result.setpoints.channelSetpoints]).toEqual([
    [0, 40],
    [1, 7],
    [2, 200],
  ]);
  expect(result.health.firmwareVersion).toBe("1.2.0");
  expect(sequences(frames)).toEqual(Array.from({ length: frames.of(0).length }, (_, at) => at + 1));
  expect(frames.of(0).length).toBeGreaterThanOrEqual(599);
  const last = frames.of(0).at(-1);
  expect(last?.value).toBeCloseTo(truth["temperature"] ?? Number.NaN, 1);
  expect(last).toMatchObject({ qualityFlags: QUALITY.good, activeSetpoint: 40 });
  expect(result.stats.channelSequenceGaps).toBe(0);
  expect(result.stats.currentRateHz).toBeCloseTo(3, 1);
});

test("what the instrument refuses is a rejection with its code, and nothing is set", async () => {
  const { result } = await bench("tcp", async (b) => {
    const tooHot = await set(b, 0, 95, "Cel").catch(instrumentError);
    b.device.inject("busy", { inject: "exception", code: 6, functionCodes: [16] });
    const busy = await set(b, 0, 40, "Cel").catch(instrumentError);
    return { tooHot, busy, receipt: b.device.clear("busy"), setpoints: b.device.setpoints() };
  });
  expect(result.tooHot).toMatchObject({ detail: { kind: "CommandRejected", vendorRejectionCode: 3 } });
  expect(result.busy).toMatchObject({ detail: { kind: "CommandRejected", vendorRejectionCode: 6 } });
  expect(result.receipt).toMatchObject({ subject: "requests refused", touched: 1 });
  expect(result.setpoints["temperature"]).toBe(37);
});

test.for(["tcp", "rtu"] as const)(
  "%s: a busy instrument leaves numbers out and the stream goes on",
  async (transport) => {
    const { result } = await bench(transport, async (b) => {
      const streaming = b.stream(60);
      await b.world.sleep(20_000);
      b.device.inject("busy", { inject: "exception", code: 6 });
      await b.world.sleep(10_000);
      const receipt = b.device.clear("busy");
      return { why: await streaming, receipt, sequences: sequences(b.frames) };
    });
    expect(result.why).toBe("Requested");
    const steps = result.sequences.slice(1).map((sequence, at) => sequence - (result.sequences[at] ?? 0));
    expect(steps.filter((step) => step !== 1)).toEqual([11]);
  },
);

/**
 * The planted late answer: the device holds one answer back until the next request has come. Setpoint
 * and reading share function and length, so that a driver which trusts the line takes one for the other.
 */
test("rtu: a late answer after a timeout is never taken for the next answer", async () => {
  const registers = REGISTERS.map((entry) => ({ ...entry, table: "holding" }));
  const map = (["temperature", "ph", "agitation"] as const).flatMap((quantity, at) => [
    // Apart, so that each is a request of its own with an answer of the same shape.
    { quantity, table: "holding" as const, register: 10 * at, type: "f32" as const },
    {
      quantity: `${quantity}_setpoint` as const,
      table: "holding" as const,
      register: 100 + 10 * at,
      type: "f32" as const,
    },
  ]);
  const config = {
    registers: registers.map((entry, at) => ({
      ...entry,
      register: 10 * at,
      setpoint_register: 100 + 10 * at,
    })),
    request_timeout_ms: 300,
    poll_interval_ms: 2000,
  };
  const { result } = await bench(
    "rtu",
    async (b) => {
      const streaming = b.stream(120);
      for (let turn = 0; turn < 8; turn++) {
        await b.world.sleep(10_000);
        b.device.inject(`late ${turn}`, { inject: "late-answer", answers: 1 });
      }
      const why = await streaming;
      const receipts = b.device.faultIds.map((id) => b.device.clear(id));
      return { why, receipts, frames: b.frames };
    },
    { config, device: { registers: map } },
  );
  expect(result.receipts.map(({ touched }) => touched)).toEqual(Array(8).fill(1));
  expect(result.why).toBe("Requested");
  const truth = [37, 7, 200];
  for (const [id, value] of truth.entries()) {
    const frames = result.frames.of(id);
    expect(frames.length).toBeGreaterThan(40);
    for (const frame of frames) expect(frame.value).toBeCloseTo(value, 3);
  }
  expect(sequences(result.frames).length).toBeLessThan(60);
});

test("rtu: an answer still owed to an earlier connection is not taken for the first of the next", async () => {
  const { result } = await bench("rtu", async (b) => {
    b.device.inject("late", { inject: "late-answer", answers: 1 });
    const asked = await b.ask(() => b.driver.readSetpoints(NEVER)).catch(instrumentError);
    await b.ask(() => b.driver.disconnect());
    // Longer than any instrument is thought to remember.
    await b.world.sleep(30_000);
    const receipt = b.device.clear("late");
    await b.ask(() => b.driver.connect(connection()));
    const health = await b.ask(() => b.driver.healthCheck(NEVER));
    return { asked, receipt, late: health.diagnostics.get("late_answers") };
  });
  expect(result).toMatchObject({ asked: { kind: "Timeout" }, receipt: { touched: 1 }, late: "1" });
});

test("tcp: a late answer is thrown away by its transaction id, and the stream goes on", async () => {
  const { result } = await bench("tcp", async (b) => {
    const streaming = b.stream(60);
    await b.world.sleep(20_500);
    b.device.inject("late", { inject: "late-answer", answers: 1, functionCodes: [4] });
    const why = await streaming;
    const health = await b.ask(() => b.driver.healthCheck(NEVER));
    return {
      why,
      frames: b.frames.of(0),
      late: health.diagnostics.get("late_answers"),
      receipt: b.device.clear("late"),
    };
  });
  expect(result).toMatchObject({ why: "Requested", late: "1", receipt: { touched: 1 } });
  for (const { value } of result.frames) expect(value).toBeCloseTo(37, 3);
  expect(result.frames.length).toBeLessThan(60);
});

test.for([
  ["tcp", { inject: "wrong-unit-id", unitId: 9 }, "ProtocolViolation"],
  ["tcp", { inject: "wrong-transaction-id", by: 1000 }, "ProtocolViolation"],
  ["tcp", { inject: "wrong-function-code", functionCode: 1 }, "ProtocolViolation"],
  ["tcp", { inject: "short-answer", bytes: 2 }, "ProtocolViolation"],
  ["tcp", { inject: "no-answer" }, "ConnectionLost"],
  ["rtu", { inject: "wrong-unit-id", unitId: 9 }, "ProtocolViolation"],
  ["rtu", { inject: "wrong-function-code", functionCode: 1 }, "ProtocolViolation"],
  ["rtu", { inject: "short-answer", bytes: 2 }, "ProtocolViolation"],
  ["rtu", { inject: "wrong-checksum" }, "ChecksumFailure"],
  ["rtu", { inject: "no-answer" }, "ConnectionLost"],
] as const)(
  "%s: %j ends the stream with %s, with the bytes as evidence",
  async ([transport, fault, kind]) => {
    const { result } = await bench(transport, async (b) => {
      const streaming = b.stream(60);
      await b.world.sleep(10_500);
      b.device.inject("lie", fault);
      const why = await streaming;
      return { why, receipt: b.device.clear("lie"), at: b.world.seconds };
    });
    expect(result.why).toMatchObject({ kind });
    expect(result.receipt.touched).toBeGreaterThan(0);
    expect(result.at).toBeLessThan(17);
    const { bytes } = (result.why as InstrumentError).cause as { bytes?: Uint8Array };
    expect(bytes?.length ?? 0).toBeGreaterThan(fault.inject === "no-answer" ? -1 : 4);
  },
);

test.for(["tcp", "rtu"] as const)("%s: slow and byte-wise answers are waited for", async (transport) => {
  const { result } = await bench(transport, async (b) => {
    const { network, station } = {
      network: b.world.network,
      station: (name: string) => b.world.station(name).host,
    };
    if (transport === "tcp") network.changeOneWay(station("bath"), station("runtime"), { dripUs: 5000 });
    else b.cable.change({ dripUs: 5000 });
    b.device.inject("slow", { inject: "busy", delayMs: 150 });
    const why = await b.stream(30);
    return { why, frames: b.frames.of(2) };
  });
  expect(result.why).toBe("Requested");
  expect(result.frames.length).toBeGreaterThanOrEqual(29);
  for (const { value } of result.frames) expect(value).toBe(200);
});

test("a valid frame that lies passes the driver, and its receipt says what it was", async () => {
  const { result } = await bench("tcp", async (b) => {
    b.device.inject("swap", { inject: "swapped-words", functionCodes: [4] });
    await b.stream(5);
    const receipt = b.device.clear("swap");
    b.device.inject("elsewhere", { inject: "wrong-register", by: 100 });
    return { receipt, frames: b.frames.of(0), second: b.device.clear("elsewhere") };
  });
  expect(result.frames.map(({ value }) => value)).not.toContain(37);
  expect(result.receipt).toMatchObject({
    firstBefore: expect.stringMatching(/^040c4214000040e0000043480000,/),
    firstAfter: expect.stringMatching(/^040c00004214000040e000004348,/),
  });
  expect(result.second).toMatchObject({ touched: 0 });
});

test("a reset connection is a loss, told at once, and the sequence goes on after it", async () => {
  const { result } = await bench("tcp", async (b) => {
    const streaming = b.stream(60);
    await b.world.sleep(10_500);
    b.world.network.resetConnections(b.world.station("bath").host, b.world.station("runtime").host);
    const why = await streaming;
    const lostAfterS = b.world.seconds;
    await b.world.sleep(5000);
    await b.ask(() => b.driver.disconnect());
    await b.ask(() => b.driver.connect(connection()));
    await b.stream(10);
    return { why, lostAfterS, sequences: sequences(b.frames), status: b.driver.status };
  });
  expect(result.why).toMatchObject({
    kind: "ConnectionLost",
    detail: { wasGraceful: false, lastFrameSequence: 11n },
  });
  expect(result.lostAfterS).toBeLessThan(11);
  const steps = result.sequences.slice(1).map((sequence, at) => sequence - (result.sequences[at] ?? 0));
  expect(steps.every((step) => step >= 1)).toBe(true);
  expect(steps.filter((step) => step > 1)).toEqual([6]);
});

test("rtu: an unplugged converter is a loss; noise on the line never becomes a value", async () => {
  const { result } = await bench("rtu", async (b) => {
    b.cable.change({ corruption: 0.01, noise: 0.002 });
    const kinds: string[] = [];
    for (let turn = 0; turn < 30; turn++) {
      const why = await b.stream(10);
      kinds.push(typeof why === "string" ? why : why.kind);
      if (b.driver.status.state === "Disconnected") {
        await b.ask(() => b.driver.disconnect());
        await b.ask(() => b.driver.connect(connection())).catch(instrumentError);
      }
    }
    b.cable.change({ corruption: 0, noise: 0 });
    await b.ask(() => b.driver.disconnect());
    await b.ask(() => b.driver.connect(connection()));
    const streaming = b.stream(20);
    await b.world.sleep(3000);
    b.cable.unplug(1);
    return { kinds, frames: b.frames, end: await streaming };
  });
  expect(result.kinds).toContain("ChecksumFailure");
  for (const { value } of result.frames.of(0)) expect(value).toBeCloseTo(37, 3);
  for (const { value } of result.frames.of(2)) expect(value).toBe(200);
  expect(result.end).toMatchObject({ kind: "ConnectionLost" });
});

test("two runs of one seed are the same on the wire", async () => {
  const run = () =>
    bench(
      "rtu",
      async (b) => {
        b.cable.change({ corruption: 0.005 });
        return b.stream(60).then((why) => (typeof why === "string" ? why : why.kind));
      },
      { seed: 7 },
    );
  const [first, second] = [await run(), await run()];
  expect(second.traceHash).toBe(first.traceHash);
});

test("another instrument at the address is refused by its serial number", async () => {
  const refusal = bench("tcp", async () => "connected", { device: { serialNumber: "WB-0999" } });
  await expect(refusal).rejects.toMatchObject({
    detail: {
      kind: "InvalidConfiguration",
      field: "serial_number",
      reason: expect.stringContaining("WB-0999"),
    },
  });
});

test("a register that the instrument does not have is named", async () => {
  const registers = [{ channel_id: 0, name: "oxygen", unit: "%", register: 40, table: "input" }];
  await expect(bench("tcp", async () => "connected", { config: { registers } })).rejects.toMatchObject({
    detail: { kind: "InvalidConfiguration", field: "registers[0].register" },
  });
});
